package import Access
import Conversation
import GRDB
import Synchronization
package import TimeOrdered

/// Workspaces, users and what proves them, in the log's file: what changes and the record of it are one commit. One process has the
/// file, so its own writes are all that `version` must count.
package final class SQLiteAccessStore: AccessStore {
    private let log: SQLiteLogStore
    private let ids: UUIDv7Generator
    private let clock: WallClock
    private let changes = Atomic(0)

    private var file: SQLiteFile { log.file }

    package init(sharing log: SQLiteLogStore, ids: UUIDv7Generator, clock: WallClock = .system) {
        self.log = log
        self.ids = ids
        self.clock = clock
    }

    package var version: Int { changes.load(ordering: .acquiring) }

    package func read<Value: Sendable>(_ body: @escaping @Sendable (any AccessReading) throws -> Value) async throws -> Value {
        let (log, now) = (log, clock.now())
        return try await file.read { try body(SQLiteAccess($0, log: log, now: now)) }
    }

    package func write<Value: Sendable>(_ body: @escaping @Sendable (any AccessWriting) throws -> Value) async throws -> Value {
        try await change { try body($0) }
    }

    private func change<Value: Sendable>(_ body: @escaping @Sendable (SQLiteAccess) throws -> Value) async throws -> Value {
        let (log, now) = (log, clock.now())
        do {
            return try await file.write(committed: { [self] (written: Written<Value>) in
                if written.takesAway { changes.add(1, ordering: .acquiringAndReleasing) }
                // Forgotten after the commit too: an append in the same commit may have been remembered since.
                for workspace in written.recorded { log.forget(workspace) }
            }) { database in
                let access = SQLiteAccess(database, log: log, now: now)
                let value = try body(access)
                return Written(value: value, takesAway: access.takesAway, recorded: access.recorded)
            }.value
        } catch let error as DatabaseError {
            throw LogError(error)
        }
    }

    package func owner() async throws -> User {
        let (log, now) = (log, clock.now())
        if let known = try await file.read({ try SQLiteAccess($0, log: log, now: now).owner() }) { return known }
        let (workspace, id) = (ids.next(), ids.next())
        return try await change { access in
            if let known = try access.owner() { return known }
            let owner = User.unclaimedOwner(id: id, workspace: workspace, now: now)
            try access.insert(owner)
            return owner
        }
    }

    package func touch(_ keys: [KeyID: Timestamp]) async throws {
        try await file.write { database in
            for (key, time) in keys {
                try database.execute(sql: "UPDATE api_keys SET last_used_at = ? WHERE id = ?", arguments: [time, key])
            }
        }
    }
}

/// What a transaction gave, and what it means for what is remembered.
private struct Written<Value: Sendable>: Sendable {
    let value: Value
    let takesAway: Bool
    let recorded: Set<WorkspaceID>
}
