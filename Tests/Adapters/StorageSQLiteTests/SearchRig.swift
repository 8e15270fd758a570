import Conversation
import ConversationTesting
import Foundation
import GRDB
import JSON
import Logging
import Synchronization
import TimeLimits
import TimeOrdered

@testable import StorageSQLite

/// A log with conversations, and the index of it.
final class SearchRig: Sendable {
    let temporary = TemporaryFolder()
    let ids = UUIDv7Generator()
    let clock = ManualClock()
    let directory: DataDirectory
    let log: SQLiteLogStore
    let workspace: UUIDv7
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() throws {
        directory = try DataDirectory(path: temporary.path)
        log = try SQLiteLogStore(directory, clock: clock.wallClock)
        workspace = ids.next()
    }

    deinit { try? log.close() }  // reason: the folder goes next

    /// Whoever waits does so until it comes.
    static let endless = TimeLimit { _ in for await _ in AsyncStream<Void>.makeStream().stream {} }

    func opened(limit: TimeLimit = SearchRig.endless) async throws -> SQLiteConversationSearch {
        try await SQLiteConversationSearch(directory, log: log, logger: logger, limit: limit)
    }

    /// An index that has caught up.
    func current() async throws -> SQLiteConversationSearch {
        let search = try await opened()
        try await search.catchUp()
        return search
    }

    @discardableResult
    func session(of user: UUIDv7, kind: SessionKind = .chat, _ turns: [SampleTurn] = []) async throws -> SessionID {
        let session = ids.next()
        let created = SessionCreated(userID: user, workspaceID: workspace, kind: kind, title: "", collectionID: nil, metadata: [:])
        _ = try await log.append(
            AppendBatch(sessionID: session, drafts: [EventDraft(.sessionCreated(created))] + turns.flatMap(\.whole)))
        return session
    }

    /// A turn in a session that is there.
    @discardableResult
    func say(_ question: String, _ answer: String = "Nothing.", in session: SessionID) async throws -> SampleTurn {
        let turn = SampleTurn(ids, question: question, answer: answer)
        clock.advance()
        _ = try await log.append(AppendBatch(sessionID: session, drafts: turn.whole))
        return turn
    }

    func turns(_ questions: [String]) -> [SampleTurn] { questions.map { SampleTurn(ids, question: $0, answer: "Nothing.") } }

    func delete(_ session: SessionID, of user: UUIDv7) async throws {
        let record = AuditRecord(actorID: nil, actorCredential: nil, action: .sessionDeleted, targetKind: .session, targetID: session)
        _ = try await log.delete(session: session, of: user, recording: record)
    }

    /// What the messages that are found say, in their order.
    func found(_ text: String, of user: UUIDv7, by search: SQLiteConversationSearch, limit: Int = 100) async throws -> [String] {
        try await search.hits(of: user, ConversationQuery(text), before: nil, limit: limit).hits.map(\.text)
    }

    /// Changes the index's file while it is closed.
    func change(_ sql: String) throws {
        let queue = try DatabaseQueue(path: directory.search)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    /// The random key of the index's file, which tells one file from another.
    func key() throws -> Data? {
        let queue = try DatabaseQueue(path: directory.search)
        defer { try? queue.close() }
        return try queue.read { try Data.fetchOne($0, sql: "SELECT key FROM state") }
    }
}

extension SQLiteConversationSearch {
    /// Damages the lists of the index while it is open.
    func damage() async throws {
        guard let opened = state.withLock({ $0.open }) else { return }
        try await opened.file.write { try $0.execute(sql: "UPDATE terms_data SET block = x'5a5a5a5a5a5a5a5a' WHERE id > 10") }
    }
}
