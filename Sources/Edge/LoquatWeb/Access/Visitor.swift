import Access
import Hummingbird
import LoquatServer

/// Somebody who has logged in.
struct Visitor: Sendable {
    let asker: Asker
    let email: String
    let csrfToken: String
}

extension PageAccess {
    /// - Throws: `NotLoggedIn`.
    func visitor(_ request: Request) async throws -> Visitor {
        guard let secret = request.cookies[PageCookie.login]?.value, let asker = try await asker(login: secret) else { throw NotLoggedIn() }
        return Visitor(asker: asker, email: try await email(of: asker), csrfToken: csrfToken(login: secret))
    }
}
