import Conversation
import ConversationTesting
import JSON
import Testing
import TimeOrdered
import Turns

/// Files as our own export writes them, of whatever events.
struct OwnExport {
    let store = InMemoryLogStore()
    let ids = UUIDv7Generator()
    let user: UUIDv7

    init() { user = ids.next() }

    func created(_ title: String = "t") -> EventDraft {
        EventDraft(
            .sessionCreated(SessionCreated(userID: user, workspaceID: user, kind: .chat, title: title, collectionID: nil, metadata: [:])))
    }

    /// The events of a session, sealed.
    func file(_ drafts: [EventDraft]) throws -> [UInt8] {
        let session = ids.next()
        var lines = ExportFormat.head(of: session)
        for (index, draft) in drafts.enumerated() {
            lines += try ExportFormat.line(
                LogEvent(
                    sessionID: session, seq: index + 1, kind: draft.payload.kind, payload: try draft.payload.encoded(), group: draft.group,
                    createdAt: Timestamp(milliseconds: 1_780_000_000_000), hash: .beginning(of: session)))
        }
        var seal = ExportSeal()
        seal.add(lines)
        return lines + ExportFormat.end(events: drafts.count, seal)
    }

    /// Takes in the first session of a file.
    func take(_ file: [UInt8], metadataLimit: Int = 4 << 20) async throws -> SessionRow {
        var reader = OwnExportReader(file)
        let first = try reader.next()
        let exported = try #require(first)
        let importing = SessionImport(log: store, ids: ids, user: user, workspace: user, keepsIDs: false, metadataLimit: metadataLimit)
        return try await importing.restore(exported)
    }

    func take(_ drafts: [EventDraft], metadataLimit: Int = 4 << 20) async throws -> SessionRow {
        try await take(try file(drafts), metadataLimit: metadataLimit)
    }

    func export(_ session: SessionRow) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        try await SessionExport(log: store).write(session.id, to: session.headSeq) { bytes += $0 }
        return bytes
    }
}
