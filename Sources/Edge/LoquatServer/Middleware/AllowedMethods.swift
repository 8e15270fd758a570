import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// Which methods a path has, asked where it has not the one that was used. Paths are matched as the router itself does.
final class AllowedMethods: Sendable {
    /// All that any path has.
    static let served = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"

    private let paths = Mutex<RouterResponder<ServerContext>?>(nil)

    /// Told once all routes are there.
    func learn(_ routes: [Router<ServerContext>.RouteDescription]) {
        let router = Router(context: ServerContext.self)
        for (path, routes) in Dictionary(grouping: routes, by: \.path.description) {
            var methods = Set(routes.map(\.method.rawValue))
            methods.insert("OPTIONS")
            if methods.contains("GET") { methods.insert("HEAD") }
            let allow = methods.sorted().joined(separator: ", ")
            router.get(RouterPath(path)) { _, _ in Response(status: .noContent, headers: [.allow: allow]) }
        }
        let responder = router.buildResponder()
        paths.withLock { $0 = responder }
    }

    /// An answer to a request that no route took; nil where there is no such path.
    /// - Throws: 405 where the path has other methods.
    func answer(to request: Request, _ context: ServerContext) async throws -> Response? {
        if request.method == .options, request.uri.path == "*" { return Response(status: .noContent, headers: [.allow: Self.served]) }
        guard let paths = paths.withLock({ $0 }) else { return nil }
        let head = HTTPRequest(method: .get, scheme: nil, authority: nil, path: request.uri.path)
        let found = try await paths.respond(to: Request(head: head, body: RequestBody(buffer: ByteBuffer())), context: context)
        guard let allow = found.headers[.allow] else { return nil }
        if request.method == .options { return found }
        throw Problem(
            status: .methodNotAllowed, code: "method_not_allowed", detail: "This path has \(allow).", headers: [.allow: allow])
    }
}
