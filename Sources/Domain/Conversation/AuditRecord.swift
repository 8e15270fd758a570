package import JSON
package import TimeOrdered

/// What was done in a workspace that somebody may have to answer for.
package enum AuditAction: String, Sendable, Codable, CaseIterable {
    case userRegistered = "user_registered"
    case loggedIn = "logged_in"
    case loginFailed = "login_failed"
    case loggedOut = "logged_out"
    case passwordChanged = "password_changed"
    case keyCreated = "key_created"
    case keyDeleted = "key_deleted"
    case userCreated = "user_created"
    case userUpdated = "user_updated"
    case userSuspended = "user_suspended"
    case userRestored = "user_restored"
    case userDeleted = "user_deleted"
    case roleChanged = "role_changed"
    case collectionCreated = "collection_created"
    case collectionShared = "collection_shared"
    case collectionDeleted = "collection_deleted"
    case documentReplaced = "document_replaced"
    case documentDeleted = "document_deleted"
    case sessionDeleted = "session_deleted"
    case limitsChanged = "limits_changed"
}

/// One entry of a workspace's log. It names people and things by id alone: a log forgets nothing, so an address or a name in it
/// would outlive its user.
package struct AuditRecord: Sendable, Hashable, Codable {
    package enum TargetKind: String, Sendable, Codable, CaseIterable {
        case user, key, collection, document, session, workspace
    }

    /// Who did it; nil where nobody was known, as for a failed login.
    package let actorID: UUIDv7?
    /// By what they were known: `key:ID`, `token:ID`, `login:ID`, `socket`, `password`, `link`.
    package let actorCredential: String?
    package let action: AuditAction
    package let targetKind: TargetKind
    package let targetID: UUIDv7?
    /// The network address that the request came from.
    package let address: String?
    /// Small, and never a secret.
    package let details: JSONObject
    /// What a session had used whose log goes with it: usage is a fact, and stays one.
    package var usage: [UsageRow]?

    package init(
        actorID: UUIDv7?, actorCredential: String?, action: AuditAction, targetKind: TargetKind, targetID: UUIDv7?, address: String? = nil,
        details: JSONObject = [:], usage: [UsageRow]? = nil
    ) {
        self.actorID = actorID
        self.actorCredential = actorCredential
        self.action = action
        self.targetKind = targetKind
        self.targetID = targetID
        self.address = address
        self.details = details
        self.usage = usage
    }
}

extension AuditRecord {
    /// Appends records to a workspace's log, which begins with the first of them. The log is a session's whose id and user are the
    /// workspace's.
    /// - Parameter isNew: nothing was recorded before.
    package static func batch(_ records: [AuditRecord], in workspace: UUIDv7, isNew: Bool) -> AppendBatch {
        let beginning = SessionCreated(
            userID: workspace, workspaceID: workspace, kind: .workspace, title: "Workspace", collectionID: nil, metadata: [:])
        let drafts = (isNew ? [EventDraft(.sessionCreated(beginning))] : []) + records.map { EventDraft(.audit($0)) }
        return AppendBatch(sessionID: workspace, drafts: drafts)
    }
}
