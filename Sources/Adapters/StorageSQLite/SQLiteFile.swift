import Foundation
import GRDB
import Logging
import Synchronization

/// One SQLite file: one writer connection, which alone checkpoints, and readers beside it. What is written together is committed
/// together: jobs that wait while a commit runs share the next one.
final class SQLiteFile: Sendable {
    /// Jobs in one commit at the most.
    private static let batchLimit = 256
    /// Jobs that may wait at the most; more are refused.
    private static let queueLimit = 50_000

    private struct Job: Sendable {
        let run: @Sendable (Database) throws -> Void
        let finish: @Sendable ((any Error)?) -> Void
    }

    private let pool: DatabasePool
    private let waiting = Mutex<(jobs: [Job], draining: Bool)>(([], false))

    /// - Parameters:
    ///   - path: the file; made where it is not there.
    ///   - migrator: forward migrations, each with its version's name.
    init(path: String, migrator: DatabaseMigrator, readers: Int = 3) throws {
        var configuration = Configuration()
        configuration.maximumReaderCount = readers
        configuration.busyMode = .timeout(5)
        configuration.label = "sqlite"
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA mmap_size=0; PRAGMA cache_size=-4000; PRAGMA secure_delete=ON")
        }
        pool = try DatabasePool(path: path, configuration: configuration)
        // GRDB sets `synchronous=NORMAL` when it opens a pool: an acknowledged commit must be on disk.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous=FULL") }
        guard try synchronousLevel() == 2 else { throw DatabaseError(message: "synchronous=FULL could not be set") }
        try migrator.migrate(pool)
    }

    /// SQLite's number for `synchronous` on the writer: 2 is `FULL`.
    func synchronousLevel() throws -> Int? { try pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") } }

    /// Empties the write-ahead log into the file, so that nothing that was deleted stays in it.
    func close() throws {
        try pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        try pool.close()
    }

    /// The same while the file is in use; what a reader still needs stays until the next time.
    func emptyWriteAheadLog() async {
        await withCheckedContinuation { continuation in
            pool.asyncWriteWithoutTransaction { database in
                _ = try? database.checkpoint(.truncate)  // reason: a busy reader puts it off
                continuation.resume()
            }
        }
    }

    // MARK: Reading

    /// Reads a snapshot.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            pool.asyncRead { result in
                continuation.resume(with: Result { try body(try result.get()) })
            }
        }
    }

    // MARK: Writing

    /// Runs `body` in a transaction with others and returns once it is committed. What `body` throws undoes `body` alone.
    /// - Parameter committed: called on the writer's thread, in the order of the commits, before anything else is written.
    func write<Value: Sendable>(
        committed: (@Sendable (Value) -> Void)? = nil, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let result = Mutex<Result<Value, any Error>?>(nil)
            let job = Job(
                run: { database in
                    let value = try body(database)
                    result.withLock { $0 = .success(value) }
                },
                finish: { failure in
                    let result = failure.map { .failure($0) } ?? result.withLock { $0 } ?? .failure(CancellationError())
                    if case .success(let value) = result { committed?(value) }
                    continuation.resume(with: result)
                })
            enqueue(job)
        }
    }

    private func enqueue(_ job: Job) {
        let (accepted, begin) = waiting.withLock { waiting in
            guard waiting.jobs.count < Self.queueLimit else { return (false, false) }
            waiting.jobs.append(job)
            defer { waiting.draining = true }
            return (true, !waiting.draining)
        }
        guard accepted else { return job.finish(DatabaseError(resultCode: .SQLITE_BUSY, message: "too many writes are waiting")) }
        if begin { pool.asyncWriteWithoutTransaction { self.drain($0) } }
    }

    private func drain(_ database: Database) {
        while true {
            let batch = waiting.withLock { waiting in
                let batch = Array(waiting.jobs.prefix(Self.batchLimit))
                waiting.jobs.removeFirst(batch.count)
                if batch.isEmpty { waiting.draining = false }
                return batch
            }
            if batch.isEmpty { return }
            commit(batch, database)
        }
    }

    private func commit(_ batch: [Job], _ database: Database) {
        var failures = [(any Error)?](repeating: nil, count: batch.count)
        do {
            try database.inTransaction(.immediate) {
                for (index, job) in batch.enumerated() {
                    do {
                        try database.inSavepoint {
                            try job.run(database)
                            return .commit
                        }
                    } catch {
                        failures[index] = error
                        // A full disk undoes the whole transaction, not the savepoint alone.
                        if !database.isInsideTransaction { throw error }
                    }
                }
                return .commit
            }
        } catch {
            failures = batch.indices.map { failures[$0] ?? error }
        }
        for (job, failure) in zip(batch, failures) { job.finish(failure) }
    }
}
