import Access
import Conversation
import Hummingbird
import LoquatServer
import TimeOrdered

/// Who is behind a browser, and how they come in and go.
struct PageAccess: Sendable {
    /// How many people a collection's page offers as readers; others are named.
    private static let peopleLimit = 100

    let authenticator: Authenticator
    let accounts: AccountServices

    /// Characters that a new password has at least.
    static let passwordMinimum = Password.lengths.lowerBound
    /// Characters that it has at most.
    static let passwordMaximum = Password.lengths.upperBound

    /// What the cookie holds, whether it is in force or not.
    func secret(_ request: Request) -> LoginSecret? { request.cookies[PageCookie.login].map { LoginSecret(text: $0.value) } }

    func asker(_ request: Request) async throws -> Asker? {
        guard let secret = secret(request) else { return nil }
        return try await authenticator.asker(login: secret)
    }

    /// - Throws: `NotLoggedIn`.
    func visitor(_ request: Request) async throws -> Visitor {
        guard let secret = secret(request), let asker = try await authenticator.asker(login: secret) else { throw NotLoggedIn() }
        do {
            return Visitor(asker: asker, user: try await accounts.own.user(asker), csrfToken: secret.csrfToken)
        } catch AccessError.notFound {
            throw NotLoggedIn()
        }
    }

    /// Whether an account may be made.
    func offer() async throws -> Registration.Offer { try await accounts.registration.offer() }

    /// Whom a collection is shared with, and whom it may be shared with, as far as the asker may know them.
    /// - Returns: the readers first; and whether those are all whom there are.
    func people(_ asker: Asker, readers: [UserID]) async throws -> (people: [User], isAll: Bool) {
        let known = try await accounts.users.named(readers.map { .id($0) }, by: asker).compactMap { $0 }
        guard asker.role.manages else { return (known, false) }
        let page = try await accounts.users.list(PageRequest(limit: Self.peopleLimit), by: asker)
        let others = page.items.filter { user in !user.suspended && !readers.contains(user.id) }
        return (known + others, page.next == nil)
    }

    // MARK: Coming. They return what the cookie is to hold, or throw `LoginRefusal`.

    func login(email: String, password: String, from address: String?) async throws -> String {
        try await Self.refusing { try await accounts.logins.login(email: email, password: password, from: address).secret.text }
    }

    func login(link: String, from address: String?) async throws -> String {
        try await Self.refusing { try await accounts.logins.login(link: link, from: address).secret.text }
    }

    func register(email: String, password: String, from address: String?) async throws -> String {
        try await Self.refusing {
            _ = try await accounts.registration.register(email: email, password: password, from: address)
            return try await accounts.logins.login(email: email, password: password, from: address).secret.text
        }
    }

    private static func refusing(_ body: () async throws -> String) async throws -> String {
        do {
            return try await body()
        } catch let error as AccessError {
            throw LoginRefusal(error)
        }
    }
}

/// Somebody who has logged in.
struct Visitor: Sendable {
    let asker: Asker
    let user: User
    let csrfToken: String
}

/// Why somebody is not let in, in words for them.
struct LoginRefusal: Error {
    let message: String
    /// Seconds to wait.
    var retryAfter: Int?
}

extension LoginRefusal {
    init(_ error: AccessError) {
        switch error {
        case .wrongCredentials: self.init(message: "The e-mail address or the password is not right.")
        case .suspended: self.init(message: "This account is suspended. Ask whoever runs this server.")
        case .throttled(let seconds): self.init(message: "That was tried too often. Wait \(seconds) seconds.", retryAfter: seconds)
        case .busy: self.init(message: "Too many people are logging in just now. Try again in a moment.", retryAfter: 2)
        case .linkNotValid:
            self.init(message: "This link was used already, or is too old. `loquat login-link` makes another.")
        case .registrationClosed: self.init(message: "This server takes no new accounts. Ask whoever runs it.")
        case .emailTaken: self.init(message: "There is an account with this e-mail address already.")
        case .invalid(let field, let reason): self.init(message: "The \(field) \(reason).")
        default: self.init(message: "This is not allowed.")
        }
    }
}
