package import Conversation
package import Logging
import TimeOrdered

/// Writes a session whose events happened elsewhere: in parts, so that turns do not wait long for it, and wholly or not at all.
package struct CopyWriter: Sendable {
    /// Events in one commit, at the most.
    private static let batch = 1_000
    /// Bytes of text with which a commit is full.
    private static let batchBytes = 1 << 20

    private let log: any LogStore

    package init(log: any LogStore) { self.log = log }

    /// - Parameters:
    ///   - drafts: begin with the session's creation, which says how many they are.
    ///   - claim: kept with the beginning.
    /// - Throws: `LogError.changedMeanwhile` where there is a session of this id by now: it stays as it is.
    func write(_ drafts: [EventDraft], to session: SessionID, of user: UUIDv7, _ claim: IdempotencyClaim? = nil) async throws -> SessionRow {
        var hasBegun = false
        do {
            var start = 0
            while start < drafts.count {
                let part = Self.part(of: drafts[start...])
                _ = try await log.append(AppendBatch(sessionID: session, drafts: part, idempotency: start == 0 ? claim : nil, after: start))
                hasBegun = true
                start += part.count
            }
            guard let row = try await log.session(session, of: user) else { throw LogError.noSession(session) }
            return row
        } catch {
            // reason: the first error says what is wrong, and the next start forgets it
            if hasBegun { try? await forget(session, of: user) }
            throw error
        }
    }

    /// One event at least.
    private static func part(of drafts: ArraySlice<EventDraft>) -> [EventDraft] {
        var bytes = 0
        return Array(
            drafts.prefix(batch).prefix { draft in
                guard bytes < batchBytes else { return false }
                bytes += draft.payload.textBytes
                return true
            })
    }

    /// Forgets copies that the process's end cut off.
    package func forgetUnfinished(logger: Logger) async throws {
        for session in try await log.unfinishedCopies() {
            logger.notice("a copy of a session was cut off and is forgotten", metadata: ["session": "\(session.id)"])
            try await forget(session.id, of: session.userID)
        }
    }

    private func forget(_ session: SessionID, of user: UUIDv7) async throws {
        let record = AuditRecord(actorID: user, actorCredential: nil, action: .sessionDeleted, targetKind: .session, targetID: session)
        _ = try await log.delete(session: session, of: user, recording: record)
    }
}

extension EventPayload {
    /// About how many bytes it has where it has many.
    fileprivate var textBytes: Int {
        switch self {
        case .userMessage(let message): message.content.utf8.count
        case .assistantMessage(let message): message.content.utf8.count + 3 * message.recording.steps.count + 200 * message.citations.count
        case .sourcesFrozen(let frozen): frozen.sources.reduce(0) { $0 + $1.content.utf8.count }
        default: 0
        }
    }
}
