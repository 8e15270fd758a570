import Conversation
import ConversationTesting
import Foundation
import GRDB
import TimeOrdered

@testable import StorageSQLite

/// A data directory of its own, which goes when the fixture goes.
final class SQLiteLogStoreFixture: LogStoreFixture {
    private let folder = TemporaryFolder()

    func open(clock: WallClock) async throws -> any LogStore { try SQLiteLogStore(DataDirectory(path: folder.path), clock: clock) }

    func close(_ store: any LogStore) async throws { try (store as? SQLiteLogStore)?.close() }

    func replaceLog(of session: SessionID, with events: [LogEvent]) async throws {
        try await change { database in
            try database.execute(sql: "DELETE FROM events WHERE session = ?", arguments: [session])
            for event in events { try event.insert(database) }
        }
    }

    func replaceViews(of session: SessionID, with row: SessionRow?, turns: [TurnRow], usage: [UsageRow]?) async throws {
        try await change { database in
            try database.execute(sql: "DELETE FROM turns WHERE session = ?", arguments: [session])
            try database.execute(sql: "DELETE FROM sessions WHERE id = ?", arguments: [session])
            try row?.save(database)
            for turn in turns { try turn.save(database) }
            guard let usage else { return }
            let workspace = try UUIDv7.fetchOne(database, sql: "SELECT workspace FROM usage WHERE session = ?", arguments: [session])
            try database.execute(sql: "DELETE FROM usage WHERE session = ?", arguments: [session])
            for row in usage { try StoredUsage.add(row, session: session, workspace: workspace ?? session, database) }
        }
    }

    func removeCheckpoint(_ number: Int) async throws {
        try await change { try $0.execute(sql: "DELETE FROM checkpoints WHERE number = ?", arguments: [number]) }
    }

    private func change(_ body: @escaping @Sendable (Database) throws -> Void) async throws {
        let queue = try DatabaseQueue(path: folder.path + "/loquat.db")
        try await queue.write(body)
        try queue.close()
    }
}
