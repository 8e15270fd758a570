package import Access

/// Who is behind a browser, and how they come in. The composition root gives it.
package protocol PageAccess: Sendable {
    /// - Parameter secret: what the cookie holds.
    func asker(login secret: String) async throws -> Asker?
    func csrfToken(login secret: String) -> String
    func isCSRFToken(_ token: String, login secret: String) -> Bool
    func registration() async throws -> PageRegistration
    /// Characters that a new password has at least.
    var passwordMinimum: Int { get }
    func email(of asker: Asker) async throws -> String
    /// Everybody of the asker's workspace whom a collection may be shared with.
    func people(_ asker: Asker) async throws -> [(id: UserID, email: String)]

    // MARK: Coming and going. They return what the cookie is to hold.

    /// - Throws: `LoginRefusal`.
    func login(email: String, password: String, from address: String?) async throws -> String
    /// - Throws: `LoginRefusal`.
    func login(link: String, from address: String?) async throws -> String
    /// - Throws: `LoginRefusal`.
    func register(email: String, password: String, from address: String?) async throws -> String
    func logout(_ asker: Asker, from address: String?) async throws
}

/// Whether an account may be made.
package enum PageRegistration: Sendable {
    /// Nobody has one yet: whoever comes first owns.
    case first
    case open, closed
}

/// Why somebody is not let in, in words for them.
package struct LoginRefusal: Error {
    package let message: String
    /// Seconds to wait.
    package let retryAfter: Int?

    package init(_ message: String, retryAfter: Int? = nil) {
        self.message = message
        self.retryAfter = retryAfter
    }
}
