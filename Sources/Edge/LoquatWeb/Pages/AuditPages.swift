import Access
import Conversation
import Hummingbird
import JSON
import LoquatServer
import TimeOrdered

/// The workspace's log, for those who manage it. To everybody else there is no such page.
struct AuditPages {
    private static let entriesAtOnce = 50

    let services: ServerServices
    let frames: Frames

    func add(to router: some RouterMethods<ServerContext>) {
        router.get("audit") { request, _ in
            let visitor = try await frames.visitor(request)
            guard visitor.user.role.manages else { throw PageError.notFound }
            let list = try await services.accounts.audit.entries(
                PageRequest(limit: Self.entriesAtOnce, cursor: request.query("cursor")), for: visitor.asker)
            let known = try await addresses(in: list.items, for: visitor.asker)
            let page = AuditPage(
                entries: list.items.map { AuditLine($0, addresses: known) }, moreEntries: list.next.map(LocalPath.encoded))
            return try await frames.page("audit", page, for: visitor, at: .users)
        }
    }

    /// Of the users whom the entries name and who are still here. The log itself holds ids alone.
    private func addresses(in entries: [AuditEntry], for asker: Asker) async throws -> [UserID: String] {
        var ids: Set<UserID> = []
        for record in entries.map(\.record) {
            ids.formUnion([record.actorID, record.targetKind == .user ? record.targetID : nil].compactMap { $0 })
            ids.formUnion(record.details.members.flatMap { Self.users($0.value) })
        }
        let users = try await services.accounts.users.named(ids.map { .id($0) }, by: asker)
        return Dictionary(uniqueKeysWithValues: users.compactMap { $0 }.map { ($0.id, $0.email) })
    }

    private static func users(_ value: JSONValue) -> [UserID] {
        switch value {
        case .string(let text): UUIDv7(text).map { [$0] } ?? []
        case .array(let items): items.flatMap(users)
        default: []
        }
    }
}
