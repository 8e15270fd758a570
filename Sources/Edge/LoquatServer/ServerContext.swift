import Access
package import Hummingbird
import Logging
import NIOCore

/// What is known of a request beside its bytes.
package struct ServerContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// Who asks; set by `Authentication`.
    var asker: Asker?
    /// Given by the client or made here; set by `RequestMiddleware`.
    var requestID = ""

    /// Where the request runs.
    let executor: EventLoopExecutor
    private let channel: any Channel

    /// The other side of the connection.
    var peer: SocketAddress? { channel.remoteAddress }

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        executor = EventLoopExecutor.of(channel.eventLoop)
    }
}
