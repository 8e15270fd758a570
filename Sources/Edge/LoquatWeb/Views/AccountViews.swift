import Access
import TimeOrdered

/// The visitor's own account, the way in for conversations, and keys.
struct AccountPage: Sendable {
    let title = "Account"
    let email: String
    let fullName: String
    /// False for whoever came in by a link and has set none yet.
    let hasPassword: Bool
    let passwordMinimum: Int
    let passwordMaximum: Int
    let nameMaximum = DisplayName.longest
    /// What a file of conversations may have at the most, and in words.
    let importBytes: Int
    let importLimit: String
    let keys: [KeyView]
    /// Where the shown part of the list begins, and where the next one does.
    let cursor: String?
    let moreKeys: String?
    let scopes: [ScopeChoice]
    let expiries = ExpiryChoice.all
}

struct KeyView: Sendable {
    let id: String
    let name: String
    /// Its first characters; nil where they were not kept.
    let prefix: String?
    let scopes: String
    let made: String
    let lastUsed: String
    let expiry: String
}

extension KeyView {
    init(_ key: APIKey, _ now: Timestamp) {
        id = key.id.description
        name = key.name
        prefix = key.shown.isEmpty ? nil : key.shown
        scopes = key.scopes.map(\.rawValue).sorted().joined(separator: ", ")
        made = key.createdAt.shown
        lastUsed = key.lastUsedAt.map { "last used \($0.shown)" } ?? "never used"
        expiry = key.expiresAt.map { "\($0 <= now ? "expired" : "expires") \($0.shown)" } ?? "never expires"
    }
}

/// Something that a key may be used for.
struct ScopeChoice: Sendable {
    let scope: String
    let meaning: String
    let isChosen: Bool
}

extension ScopeChoice {
    /// Those that a user of this role may hand on, the harmless ones chosen.
    static func all(for role: Role) -> [ScopeChoice] {
        let allowed = Scope.allowed(for: role)
        return Scope.allCases.filter(allowed.contains).map { scope in
            ScopeChoice(scope: scope.rawValue, meaning: scope.meaning, isChosen: scope == .chat || scope == .documentsRead)
        }
    }
}

extension Scope {
    fileprivate var meaning: String {
        switch self {
        case .chat: "ask, and read your conversations"
        case .documentsRead: "read and search documents"
        case .documentsWrite: "add and delete documents and collections"
        case .actions: "propose and run actions"
        case .admin: "manage people"
        case .actForOthers: "speak in the name of other people"
        }
    }
}

/// How long a key is in force.
struct ExpiryChoice: Sendable {
    /// Empty for one without an end.
    let seconds: String
    let words: String
    let isChosen: Bool

    private static let day = 86_400
    static let all =
        [7, 30, 90, 365].map { ExpiryChoice(seconds: "\($0 * day)", words: "after \($0) days", isChosen: $0 == 90) }
        + [ExpiryChoice(seconds: "", words: "never", isChosen: false)]
}

extension Timestamp {
    /// For people, to the minute.
    var shown: String { shown(16) }
    /// For people, to the second.
    var shownToSecond: String { shown(19) }

    private func shown(_ length: Int) -> String { "\(description.prefix(length).replacing("T", with: " ")) UTC" }
}
