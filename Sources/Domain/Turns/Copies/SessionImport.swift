import Access
package import Conversation
import JSON
import NIOPosix
package import TimeOrdered

/// Makes sessions of what was exported, here or elsewhere.
package struct SessionImport: Sendable {
    let log: any LogStore
    let ids: UUIDv7Generator
    /// Whose the sessions are to be.
    let user: UUIDv7
    let workspace: UUIDv7
    /// Sessions of our own export keep their ids where nobody has them.
    let keepsIDs: Bool
    /// Bytes of a session's metadata at the most.
    let metadataLimit: Int
    /// The request that the sessions come by, where it has a key: sent again after the process ended, it goes on where it broke off.
    package var request: (key: String, fingerprint: [UInt8])?

    /// - Parameter metadataLimit: bytes of a session's metadata at the most.
    package init(log: any LogStore, ids: UUIDv7Generator, user: UUIDv7, workspace: UUIDv7, keepsIDs: Bool, metadataLimit: Int = 4 << 20) {
        self.log = log
        self.ids = ids
        self.user = user
        self.workspace = workspace
        self.keepsIDs = keepsIDs
        self.metadataLimit = metadataLimit
    }

    /// A session as it was, event by event.
    /// - Parameter number: which of the file's sessions it is.
    /// - Throws: `ImportError` where its events make no session.
    package func restore(_ exported: ExportedSession, number: Int = 0) async throws -> SessionRow {
        if let made = try await made(number) { return made }
        guard keepsIDs, try await isFree(exported) else { return try await restore(exported, number, keepsIDs: false) }
        do {
            return try await restore(exported, number, keepsIDs: true)
        } catch LogError.changedMeanwhile {
            // Another import of the same took the ids meanwhile.
            return try await restore(exported, number, keepsIDs: false)
        }
    }

    private func restore(_ exported: ExportedSession, _ number: Int, keepsIDs: Bool) async throws -> SessionRow {
        let session = keepsIDs ? exported.id : ids.next()
        let renaming = TurnRenaming(ids: keepsIDs ? nil : ids)
        // A long one would hold up an event loop.
        let drafts = try await NIOThreadPool.singleton.runIfActive { try self.drafts(of: exported, renaming) }
        return try await append(drafts, to: session, number)
    }

    private func drafts(of exported: ExportedSession, _ first: TurnRenaming) throws -> [EventDraft] {
        var (renaming, rules) = (first, ImportRules(metadataLimit: metadataLimit))
        var drafts: [EventDraft] = []
        drafts.reserveCapacity(exported.events.count)
        for (index, event) in exported.events.enumerated() {
            do {
                try rules.checkPlace(of: event, seq: index + 1)
                var payload = renaming.renamed(event.payload)
                if event.kind == .sessionCreated { payload = owned(payload) }
                let bytes = JSONValue.object(payload).bytes
                let draft = EventDraft(
                    try EventPayload(kind: event.kind, bytes: bytes), group: event.group.map { renaming[$0] }, createdAt: event.createdAt)
                try rules.check(draft.payload)
                drafts.append(draft)
            } catch let error as JSONShapeError {
                throw Self.broken(index + 1, "\(error.pointer) \(error.message)")
            } catch let refusal as ImportRules.Refusal {
                throw Self.broken(index + 1, refusal.reason)
            }
        }
        if let seq = rules.strayGroup { throw Self.broken(seq, "its group is no turn of the session") }
        drafts += Self.ends(of: drafts)
        if let first = drafts.first, case .sessionCreated(var created) = first.payload {
            created.copiedEvents = drafts.count
            drafts[0] = EventDraft(.sessionCreated(created), group: first.group, createdAt: first.createdAt)
        }
        return drafts
    }

    /// Ends what was running when the session was exported.
    private static func ends(of drafts: [EventDraft]) -> [EventDraft] {
        var (answered, closed) = (Set<TurnID>(), Set<GroupID>())
        for draft in drafts {
            if case .assistantMessage(let message) = draft.payload { answered.insert(message.turnID) }
            if case .groupClosed = draft.payload, let group = draft.group { closed.insert(group) }
        }
        return drafts.flatMap { draft -> [EventDraft] in
            guard case .turnOpened(let opened) = draft.payload, !closed.contains(opened.turnID) else { return [] }
            let end = EventDraft(.groupClosed(GroupClosed(outcome: .interrupted)), group: opened.turnID)
            guard !answered.contains(opened.turnID) else { return [end] }
            let message = AssistantMessage(
                turnID: opened.turnID, userTurnID: opened.userTurnID, content: "", status: .interrupted, finishReason: .interrupted, failure: nil,
                model: nil, citations: [], recording: StreamRecording(), usage: nil, timings: nil)
            return [EventDraft(.assistantMessage(message), group: opened.turnID), end]
        }
    }

    /// A conversation of another product.
    /// - Parameter number: which of the file's conversations it is.
    package func make(_ conversation: ImportedConversation, now: Timestamp, number: Int = 0) async throws -> SessionRow {
        if let made = try await made(number) { return made }
        let title = DisplayName.isPossible(conversation.title) ? conversation.title : ""
        // A long one would hold up an event loop.
        let events = try await NIOThreadPool.singleton.runIfActive {
            var builder = ImportedSessionBuilder(ids: ids, fallback: conversation.createdAt ?? conversation.updatedAt ?? now)
            return builder.events(of: conversation)
        }
        let created = SessionCreated(
            userID: user, workspaceID: workspace, kind: .chat, title: title, collectionID: nil, metadata: conversation.metadata,
            copiedEvents: events.count + 2)
        let update = SessionUpdated(
            title: title.isEmpty ? nil : title, archived: conversation.archived ? true : nil,
            pinned: conversation.pinned ? true : nil)
        let begun = conversation.createdAt ?? events.first?.createdAt ?? now
        let drafts = [EventDraft(.sessionCreated(created), createdAt: begun), EventDraft(.sessionUpdated(update), createdAt: begun)] + events
        return try await append(drafts, to: ids.next(), number)
    }

    // MARK: Appending

    /// What the same request made of this one before.
    private func made(_ number: Int) async throws -> SessionRow? {
        guard let request, let claim = try await log.idempotencyClaim(of: user, key: Self.key(request.key, number)),
            claim.fingerprint == request.fingerprint, case .turn(let session, _) = claim.outcome
        else { return nil }
        return try await log.session(session, of: user)
    }

    /// No request has a key with NUL in it.
    private static func key(_ key: String, _ number: Int) -> String { "\(key)\0\(number)" }

    private func append(_ drafts: [EventDraft], to session: SessionID, _ number: Int) async throws -> SessionRow {
        guard case .sessionCreated? = drafts.first?.payload else { throw Self.broken(1, "a session begins with its creation") }
        do {
            let claim = request.map {
                IdempotencyClaim(
                    userID: user, key: Self.key($0.key, number), fingerprint: $0.fingerprint, outcome: .turn(session: session, turn: session))
            }
            return try await CopyWriter(log: log).write(drafts, to: session, of: user, claim)
        } catch LogError.damaged(session: _, let seq, let reason) {
            throw Self.broken(seq, reason)
        }
    }

    // MARK: Ids

    private func isFree(_ exported: ExportedSession) async throws -> Bool {
        for event in exported.events where event.kind == .sessionShared {
            if let digest = event.payload["digest"]?.string, try await log.session(sharedBy: digest) != nil { return false }
        }
        let turns = exported.events.filter { $0.kind == .userMessage || $0.kind == .turnOpened }
            .compactMap { $0.payload["turn_id"]?.string.flatMap { UUIDv7($0) } }
        return try await !log.knows(sessions: [exported.id], turns: turns) && Set(turns).count == turns.count
    }

    /// The creation of a session that is the importer's.
    private func owned(_ payload: JSONObject) -> JSONObject {
        var payload = payload
        payload["user_id"] = .string(user.description)
        payload["workspace_id"] = .string(workspace.description)
        if payload["kind"]?.string == SessionKind.workspace.rawValue { payload["kind"] = .string(SessionKind.chat.rawValue) }
        return payload
    }

    private static func broken(_ seq: Int, _ reason: String) -> ImportError {
        ImportError(code: "broken_export", message: "Event \(seq) cannot be taken in: \(reason).")
    }
}

/// New ids for the turns of a session whose own are taken.
private struct TurnRenaming: Sendable {
    private static let members = ["turn_id", "user_turn_id", "supersedes", "regenerated_from", "from_turn_id", "head_turn_id"]

    /// Nil keeps the ids.
    let ids: UUIDv7Generator?
    private var renamed: [UUIDv7: UUIDv7] = [:]

    init(ids: UUIDv7Generator?) { self.ids = ids }

    subscript(id: UUIDv7) -> UUIDv7 {
        mutating get {
            guard let ids else { return id }
            if let known = renamed[id] { return known }
            let new = ids.next()
            renamed[id] = new
            return new
        }
    }

    mutating func renamed(_ payload: JSONObject) -> JSONObject {
        guard ids != nil else { return payload }
        var payload = payload
        for member in Self.members {
            guard let text = payload[member]?.string, let id = UUIDv7(text) else { continue }
            payload[member] = .string(self[id].description)
        }
        // A link is to the session that it was made of.
        if let digest = payload["digest"]?.string { payload["digest"] = .string("copy of \(digest) \(self[UUIDv7(high: 0, low: 0)])") }
        return payload
    }
}
