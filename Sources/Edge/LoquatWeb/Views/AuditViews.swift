import Access
import Conversation
import JSON
import TimeOrdered

/// Who did what in the workspace, for those who manage it.
struct AuditPage: Sendable {
    let title = "Who did what"
    let entries: [AuditLine]
    let moreEntries: String?
}

struct AuditLine: Sendable {
    let time: String
    /// An address, or the id of somebody who is gone; nil where nobody was known.
    let actor: String?
    let action: String
    /// Whom or what it was done to; nil where it was the actor.
    let target: String?
    /// Nil where there is nothing to add.
    let details: String?
    let credential: String?
    let address: String?
}

extension AuditLine {
    /// - Parameter addresses: of users who are still here, by their ids.
    init(_ entry: AuditEntry, addresses: [UserID: String]) {
        let record = entry.record
        time = entry.createdAt.shownToSecond
        actor = record.actorID.map { addresses[$0] ?? "user \($0)" }
        action = record.action.rawValue.replacing("_", with: " ")
        if record.targetKind == .user {
            target = record.targetID == record.actorID ? nil : record.targetID.map { addresses[$0] ?? "user \($0)" }
        } else {
            target = record.targetKind == .workspace ? nil : record.targetID.map { "\(record.targetKind.rawValue) \($0)" }
        }
        let members = record.details.members.map { member in
            "\(member.name.replacing("_id", with: "").replacing("_", with: " ")): \(Self.words(member.value, addresses))"
        }
        details = members.isEmpty ? nil : members.joined(separator: "; ")
        credential = record.actorCredential.map { $0.replacing(":", with: " ") }
        address = record.address
    }

    private static func words(_ value: JSONValue, _ addresses: [UserID: String]) -> String {
        switch value {
        case .string(let text): UUIDv7(text).flatMap { addresses[$0] } ?? text
        case .array(let items): items.isEmpty ? "none" : items.map { words($0, addresses) }.joined(separator: ", ")
        default: value.text
        }
    }
}
