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

    /// - Throws: 401 for a request that names nobody, 403 where the key does not reach that far.
    func asker(for scope: Scope) throws(Problem) -> Asker {
        guard let asker else { throw .unauthorized }
        guard asker.may(scope) else { throw .forbidden("This key lacks the scope \(scope.rawValue).") }
        return asker
    }
}
