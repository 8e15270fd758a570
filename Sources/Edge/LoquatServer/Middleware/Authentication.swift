import Access
import Hummingbird

/// Finds out who asks.
struct Authentication: RouterMiddleware {
    typealias Context = ServerContext

    enum Trust: Sendable {
        /// A key in the `Authorization` header.
        case key
        /// Whoever can open the socket in the data directory is the owner.
        case owner
    }

    let access: Authenticator
    let trust: Trust

    func handle(_ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response) async throws -> Response {
        var context = context
        switch trust {
        case .key: context.asker = try await asker(request)
        case .owner: context.asker = try await access.owner()
        }
        return try await next(request, context)
    }

    private func asker(_ request: Request) async throws -> Asker {
        let values = request.headers[values: .authorization]
        guard values.count == 1, let value = values.first else { throw Problem.unauthorized }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw Problem.unauthorized }
        let secret = String(parts[1]).trimmingSpaces()
        guard let asker = try await access.asker(bearer: secret) else { throw Problem.unauthorized }
        return asker
    }
}

extension String {
    fileprivate func trimmingSpaces() -> String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
