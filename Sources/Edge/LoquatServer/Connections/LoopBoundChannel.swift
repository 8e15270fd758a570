package import HummingbirdCore
import Logging
import NIOCore

/// A connection whose requests are read, routed and answered on its own event loop, and which is held to its limits there.
struct LoopBoundChannel: ServerChildChannel {
    let inner: HTTP1Channel
    let limits: ConnectionLimits
    let refusals: Refusals
    /// Nil where connections are not counted.
    let counter: ConnectionCounter?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        let isCrowded = counter.map { !$0.open(channel) } ?? false
        return inner.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let guardian = ConnectionGuard(limits: limits, refusals: refusals, isCrowded: isCrowded)
            try guardian.add(to: channel)
            try channel.pipeline.syncOperations.addHandler(EventStreamBuffers(), position: .after(guardian))
            return value
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopExecutor.of(value.channel.eventLoop)) { await inner.handle(value: value, logger: logger) }
    }
}

extension HTTPServerBuilder {
    /// HTTP/1.1 for the network.
    /// - Parameter faultPage: as in `LoquatRouter.publicRouter`, for what no route sees.
    package static func network(_ services: ServerServices, faultPage: (@Sendable (Fault) -> FaultPage)? = nil) -> HTTPServerBuilder {
        build(services, services.frontDoor.connectionLimits, services.frontDoor.connections, faultPage)
    }

    /// HTTP/1.1 for the socket in the data directory.
    package static func local(_ services: ServerServices) -> HTTPServerBuilder { build(services, .local, nil, nil) }

    private static func build(
        _ services: ServerServices, _ limits: ConnectionLimits, _ counter: ConnectionCounter?, _ faultPage: (@Sendable (Fault) -> FaultPage)?
    ) -> HTTPServerBuilder {
        // A target is a field to the decoder, which the guard behind it tells apart.
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: max(limits.headerBytes, limits.targetBytes), maxHeaderListSize: limits.headerBytes + limits.targetBytes,
            maxHeaderFieldCount: limits.headerFields)
        let refusals = Refusals(metrics: services.metrics, ids: services.ids, telling: FaultTelling(page: faultPage))
        return .init { responder in
            LoopBoundChannel(
                inner: HTTP1Channel(responder: responder, configuration: .init(httpDecoderConfiguration: decoder)), limits: limits,
                refusals: refusals, counter: counter)
        }
    }
}
