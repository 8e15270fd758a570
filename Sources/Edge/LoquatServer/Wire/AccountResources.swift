import Access
import Conversation
import JSON
import SchemaReflection
import TimeOrdered

struct UserResource: Codable, SchemaFields {
    let id: UUIDv7
    let workspaceID: UUIDv7
    let email: String
    let name: String
    let role: Role
    let suspended: Bool
    let createdAt: Timestamp
    let updatedAt: Timestamp

    init(_ user: User) {
        id = user.id
        workspaceID = user.workspaceID
        email = user.email
        name = user.name
        role = user.role
        suspended = user.suspended
        createdAt = user.createdAt
        updatedAt = user.updatedAt
    }

    static let schemaName = "User"
    static let fields: [String: FieldRule] = [
        "id": .note("Made by the server."), "workspace_id": .note("Where they belong."), "email": .note("Their address."),
        "name": .note("What they are called."), "role": .note("What they may do."), "suspended": .note("Whether they are kept out."),
        "created_at": .note("When they were made."), "updated_at": .note("When they were last changed."),
    ]
}

/// The caller: the user, and what their credential reaches.
struct CallerResource: Codable, SchemaFields {
    let id: UUIDv7
    let workspaceID: UUIDv7
    let email: String
    let name: String
    let role: Role
    let scopes: [Scope]
    let createdAt: Timestamp
    let updatedAt: Timestamp

    init(_ user: User, _ asker: Asker) {
        id = user.id
        workspaceID = user.workspaceID
        email = user.email
        name = user.name
        role = user.role
        scopes = asker.scopes.sorted { $0.rawValue < $1.rawValue }
        createdAt = user.createdAt
        updatedAt = user.updatedAt
    }

    static let schemaName = "Me"
    static let fields: [String: FieldRule] = UserResource.fields.filter { $0.key != "suspended" }.merging([
        "scopes": .note("What the credential of this request may be used for.")
    ]) { $1 }
}

struct TokenResource: Codable, SchemaFields {
    let accessToken: String
    let tokenType: String
    let expiresIn: Int
    let expiresAt: Timestamp

    static let schemaName = "Token"
    static let fields: [String: FieldRule] = [
        "access_token": .note("A JWT; sent as `Authorization: Bearer …`."), "token_type": .oneOf("Always the same.", ["bearer"]),
        "expires_in": .note("Seconds that it is in force."), "expires_at": .note("When it lapses."),
    ]
}

struct APIKeyResource: Codable, SchemaFields {
    let id: UUIDv7
    let userID: UUIDv7
    let name: String
    let prefix: String
    let scopes: [Scope]
    let createdAt: Timestamp
    let expiresAt: Timestamp?
    let lastUsedAt: Timestamp?

    init(_ key: APIKey) {
        id = key.id
        userID = key.userID
        name = key.name
        prefix = key.shown
        scopes = key.scopes.sorted { $0.rawValue < $1.rawValue }
        createdAt = key.createdAt
        expiresAt = key.expiresAt
        lastUsedAt = key.lastUsedAt
    }

    static let schemaName = "APIKey"
    static let fields: [String: FieldRule] = [
        "id": .note("Made by the server."), "user_id": .note("Whose it is."), "name": .note("What it is for."),
        "prefix": .note("Its first characters, to tell it from others."), "scopes": .note("What it may be used for."),
        "created_at": .note("When it was made."), "expires_at": .note("When it lapses; null for never."),
        "last_used_at": .note("To the minute; null for never."),
    ]
}

/// A new key with its text, which is told this once.
struct CreatedKeyResource: Codable, SchemaFields {
    let id: UUIDv7
    let userID: UUIDv7
    let name: String
    let prefix: String
    let scopes: [Scope]
    let createdAt: Timestamp
    let expiresAt: Timestamp?
    let key: String

    init(_ made: APIKey, _ secret: KeySecret) {
        let resource = APIKeyResource(made)
        id = resource.id
        userID = resource.userID
        name = resource.name
        prefix = resource.prefix
        scopes = resource.scopes
        createdAt = resource.createdAt
        expiresAt = resource.expiresAt
        key = secret.text
    }

    static let schemaName = "CreatedAPIKey"
    static let fields: [String: FieldRule] = APIKeyResource.fields.filter { $0.key != "last_used_at" }.merging([
        "key": .note("The key itself. It is told this once; only its digest is kept.")
    ]) { $1 }
}

struct AuditEntryResource: Codable, SchemaFields {
    let seq: Int
    let createdAt: Timestamp
    let actorID: UUIDv7?
    let actorCredential: String?
    let action: AuditAction
    let targetKind: AuditRecord.TargetKind
    let targetID: UUIDv7?
    let address: String?
    let details: JSONObject

    init(_ entry: AuditEntry) {
        seq = entry.seq
        createdAt = entry.createdAt
        actorID = entry.record.actorID
        actorCredential = entry.record.actorCredential
        action = entry.record.action
        targetKind = entry.record.targetKind
        targetID = entry.record.targetID
        address = entry.record.address
        details = entry.record.details
    }

    static let schemaName = "AuditEntry"
    static let fields: [String: FieldRule] = [
        "seq": .note("Its place in the workspace's log."), "created_at": .note("When it happened."),
        "actor_id": .note("The user who did it; null where nobody was known."),
        "actor_credential": .note("By what they were known: `key:ID`, `login:ID`, …."),
        "action": .note("What was done."), "target_kind": .note("To what."), "target_id": .note("To which."),
        "address": .note("The network address that it came from."), "details": .note("More of it; never a secret."),
    ]
}
