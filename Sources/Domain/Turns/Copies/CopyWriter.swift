package import Conversation
package import Logging
import TimeOrdered

/// Writes a session whose events happened elsewhere: in parts, so that turns do not wait long for it, and wholly or not at all.
package struct CopyWriter: Sendable {
    /// Events in one commit.
    private static let batch = 1_000

    private let log: any LogStore

    package init(log: any LogStore) { self.log = log }

    /// - Parameters:
    ///   - drafts: begin with the session's creation, which says how many they are.
    ///   - claim: kept with the beginning.
    /// - Throws: `LogError.changedMeanwhile` where there is a session of this id by now: it stays as it is.
    func write(_ drafts: [EventDraft], to session: SessionID, of user: UUIDv7, _ claim: IdempotencyClaim? = nil) async throws -> SessionRow {
        var hasBegun = false
        do {
            for start in stride(from: 0, to: drafts.count, by: Self.batch) {
                let part = Array(drafts[start..<min(start + Self.batch, drafts.count)])
                _ = try await log.append(AppendBatch(sessionID: session, drafts: part, idempotency: start == 0 ? claim : nil, after: start))
                hasBegun = true
            }
            guard let row = try await log.session(session, of: user) else { throw LogError.noSession(session) }
            return row
        } catch {
            // reason: the first error says what is wrong, and the next start forgets it
            if hasBegun { try? await forget(session, of: user) }
            throw error
        }
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
