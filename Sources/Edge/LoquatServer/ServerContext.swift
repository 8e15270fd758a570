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
    package internal(set) var requestID = ""

    /// Where the request runs.
    let executor: EventLoopExecutor
    private let channel: any Channel

    /// The other side of the connection.
    var peer: SocketAddress? { channel.remoteAddress }

    /// Who it is that asks, behind proxies that are trusted to say so; set by `RequestMiddleware`.
    var client: NetworkAddress?

    /// Where the request comes from; nil for the socket in the data directory.
    package var address: String? { client?.description }

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        executor = EventLoopExecutor.of(channel.eventLoop)
    }
}
