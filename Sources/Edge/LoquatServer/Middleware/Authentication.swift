import Access
import HTTPTypes
import Hummingbird

/// Finds out who asks.
struct Authentication: RouterMiddleware {
    typealias Context = ServerContext

    enum Trust: Sendable {
        /// A key or a token in the `Authorization` header, or the page's cookie.
        case key
        /// Whoever can open the socket in the data directory is the owner.
        case owner
    }

    let access: Authenticator
    let trust: Trust

    func handle(_ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response) async throws -> Response {
        var context = context
        let version = access.version
        switch trust {
        case .key: context.asker = try await asker(request)
        case .owner: context.asker = try await access.owner()
        }
        let response = try await next(request, context)
        guard case .key = trust, response.headers[.contentType] == "text/event-stream" else { return response }
        return response.ended(whenNotInForce: { try await asker(request) }, since: version, access)
    }

    private func asker(_ request: Request) async throws -> Asker {
        let values = request.headers[values: .authorization]
        if values.isEmpty, let cookie = request.cookies[PageCookie.login] { return try await visitor(LoginSecret(text: cookie.value), request) }
        guard values.count == 1, let value = values.first else { throw Problem.unauthorized }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw Problem.unauthorized }
        let secret = String(parts[1]).trimmingSpaces()
        guard let asker = try await access.asker(bearer: secret) else { throw Problem.unauthorized }
        return asker
    }

    /// A browser sends the cookie whoever makes it ask. What changes something must come from a page of ours, which knows the token.
    private func visitor(_ secret: LoginSecret, _ request: Request) async throws -> Asker {
        guard let asker = try await access.asker(login: secret) else { throw Problem.unauthorized }
        let isSafe = request.method == .get || request.method == .head
        let token = request.headers[HTTPField.Name("X-CSRF-Token")!]
        guard isSafe || SameOrigin.isProven(request) && token.map(secret.isCSRFToken) == true else { throw Problem.forged }
        return asker
    }
}

extension String {
    fileprivate func trimmingSpaces() -> String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}
