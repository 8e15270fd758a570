import Access
import Hummingbird

/// What limits are counted by: a user's key, token or session at the page.
struct Credential: Sendable, Hashable {
    private let user: UserID
    /// Of the header that showed it. Seeded anew in each process, so it tells nothing of the secret.
    private let hash: Int

    init(_ asker: Asker, _ request: Request) {
        user = asker.userID
        hash = request.headers[.authorization].hashValue
    }
}
