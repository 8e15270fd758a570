package import HummingbirdCore
import Logging
import NIOCore

/// A connection whose requests are read, routed and answered on its own event loop.
struct LoopBoundChannel<Inner: ServerChildChannel>: ServerChildChannel {
    let inner: Inner

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Inner.Value> { inner.setup(channel: channel, logger: logger) }

    func handle(value: Inner.Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopExecutor.of(value.channel.eventLoop)) { await inner.handle(value: value, logger: logger) }
    }
}

extension HTTPServerBuilder {
    /// HTTP/1.1.
    package static var loquat: HTTPServerBuilder {
        .init { responder in LoopBoundChannel(inner: HTTP1Channel(responder: responder)) }
    }
}
