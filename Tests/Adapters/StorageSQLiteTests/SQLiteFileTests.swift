import Foundation
import GRDB
import Testing

@testable import StorageSQLite

/// One file, one writer, and commits that are shared but not each other's fate.
struct SQLiteFileTests {
    private let temporary = TemporaryFolder()

    private func opened() throws -> SQLiteFile {
        try SQLiteFile(path: DataDirectory(path: temporary.path).logFile, migrator: LogMigrations.migrator)
    }

    @Test func acknowledgedMeansOnDisk() throws {
        for _ in 0..<2 {
            let file = try opened()
            #expect(try file.synchronousLevel() == 2)
            try file.close()
        }
    }

    @Test func theWriterKeepsNothingThatWasDeleted() async throws {
        let file = try opened()
        let settings = try await file.write { database in
            try ["secure_delete", "mmap_size", "foreign_keys"].map { try Int.fetchOne(database, sql: "PRAGMA \($0)") }
        }
        #expect(settings == [1, 0, 1])
        #expect(try await file.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
        try file.close()
    }

    private enum Refusal: Error { case told }

    /// The writer is held until all the others wait, so that they share a commit.
    @Test func whatOneJobThrowsUndoesThatJobAlone() async throws {
        let file = try opened()
        try await file.write { try $0.execute(sql: "CREATE TABLE numbers (number INTEGER PRIMARY KEY)") }
        let (jobs, gate, started) = (60, DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await file.write { _ in
                    gate.wait()
                    // A job that another's failure undid is run again.
                    gate.signal()
                }
            }
            for number in 0..<jobs {
                group.addTask {
                    started.signal()
                    do {
                        try await file.write { database in
                            try database.execute(sql: "INSERT INTO numbers (number) VALUES (?)", arguments: [number])
                            if number % 3 == 0 { throw Refusal.told }
                            // The same number as another job's: SQLite itself refuses it.
                            if number % 3 == 1 { try database.execute(sql: "INSERT INTO numbers (number) VALUES (?)", arguments: [number]) }
                        }
                        #expect(number % 3 == 2)
                    } catch {
                        #expect(number % 3 != 2)
                        #expect((error is Refusal) == (number % 3 == 0))
                    }
                }
            }
            DispatchQueue.global().async {
                for _ in 0..<jobs { started.wait() }
                gate.signal()
            }
            try await group.waitForAll()
        }
        let kept = try await file.read { try Int.fetchAll($0, sql: "SELECT number FROM numbers ORDER BY number") }
        #expect(kept == Array(stride(from: 2, to: jobs, by: 3)))
        try file.close()
    }

    @Test func openingAgainMigratesNothing() async throws {
        let file = try opened()
        try await file.write { try $0.execute(sql: "INSERT INTO workspaces (id, name, created_at) VALUES (x'01', x'02', 3)") }
        func state(_ file: SQLiteFile) async throws -> [[String]] {
            try await file.read { database in
                [
                    try String.fetchAll(database, sql: "SELECT coalesce(sql, name) FROM sqlite_master ORDER BY name"),
                    try String.fetchAll(database, sql: "SELECT identifier FROM grdb_migrations ORDER BY rowid"),
                    try String.fetchAll(database, sql: "SELECT hex(id) || hex(name) || created_at FROM workspaces"),
                ]
            }
        }
        let before = try await state(file)
        try file.close()
        for _ in 0..<2 {
            let again = try opened()
            #expect(try await state(again) == before)
            try again.close()
        }
        #expect(before[2] == ["01023"])
        #expect(before[1].count == LogMigrations.migrator.migrations.count)
    }

    @Test func theLibraryOpensAgainToo() async throws {
        let path = try DataDirectory(path: temporary.path).libraryFile
        for _ in 0..<2 {
            let file = try SQLiteFile(path: path, migrator: LibraryMigrations.migrator)
            let applied = try await file.read { try String.fetchAll($0, sql: "SELECT identifier FROM grdb_migrations") }
            #expect(applied == LibraryMigrations.migrator.migrations)
            #expect(try file.synchronousLevel() == 2)
            try file.close()
        }
    }

    @Test func aFileThatIsNoDatabaseIsNotOpened() throws {
        let directory = try DataDirectory(path: temporary.path)
        try Data(repeating: 0x5a, count: 8_192).write(to: URL(fileURLWithPath: directory.logFile))
        #expect(throws: (any Error).self) { try SQLiteLogStore(directory) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: directory.logFile)) == Data(repeating: 0x5a, count: 8_192))
    }
}
