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

    /// What a commit waits for, in SQLite's numbers for `synchronous`.
    enum Durability: Int {
        /// Nothing: the last commits may go with a power cut, in their order. For what can be made anew.
        case normal = 1
        /// That it is on disk.
        case full = 2
    }

    private struct Job: Sendable {
        let run: @Sendable (Database) throws -> Void
        let finish: @Sendable ((any Error)?) -> Void
    }

    private struct Waiting {
        var jobs: [Job] = []
        var isDraining = false
        var isClosed = false
    }

    private let pool: DatabasePool
    private let waiting = Mutex(Waiting())
    /// Signalled when the first job comes, and at the end.
    private let work = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - path: the file; made where it is not there.
    ///   - migrator: forward migrations, each with its version's name.
    init(path: String, migrator: DatabaseMigrator, readers: Int = 3, durability: Durability = .full) throws {
        var configuration = Configuration()
        configuration.maximumReaderCount = readers
        configuration.busyMode = .timeout(5)
        configuration.label = "sqlite"
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA mmap_size=0; PRAGMA cache_size=-4000; PRAGMA secure_delete=ON")
        }
        pool = try DatabasePool(path: path, configuration: configuration)
        // GRDB sets `synchronous=NORMAL` when it opens a pool: an acknowledged commit must be on disk.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous=\(durability.rawValue)") }
        guard try synchronousLevel() == durability.rawValue else { throw DatabaseError(message: "synchronous could not be set") }
        try migrator.migrate(pool)
        let writer = Thread { [self] in writeUntilClosed() }
        writer.name = "sqlite writer"
        writer.start()
    }

    /// SQLite's number for `synchronous` on the writer: 2 is `FULL`.
    func synchronousLevel() throws -> Int? { try pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") } }

    /// Empties the write-ahead log into the file, so that nothing that was deleted stays in it.
    func close() throws {
        waiting.withLock { $0.isClosed = true }
        work.signal()
        ended.wait()
        let emptied = Result { try pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) } }
        // A damaged file is let go of all the same: another may take its place.
        try pool.close()
        try emptied.get()
    }

    /// The same while the file is in use; what a reader still needs stays until the next time.
    func emptyWriteAheadLog() async {
        await withCheckedContinuation { continuation in
            pool.asyncWriteWithoutTransaction { database in
                // Appends must not wait for a long reader: it puts this off to the next time.
                try? database.execute(sql: "PRAGMA busy_timeout=0")  // reason: it is only slower otherwise
                _ = try? database.checkpoint(.truncate)  // reason: a busy reader puts it off
                try? database.execute(sql: "PRAGMA busy_timeout=5000")  // reason: as before
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

    /// Runs `body` in a transaction with others and returns once it is committed. What `body` throws undoes `body` alone; it is run again
    /// where another's failure undid it.
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
        let (refusal, isFirst) = waiting.withLock { waiting -> (DatabaseError?, Bool) in
            if waiting.isClosed { return (DatabaseError(resultCode: .SQLITE_MISUSE, message: "the file is closed"), false) }
            if waiting.jobs.count >= Self.queueLimit {
                return (DatabaseError(resultCode: .SQLITE_BUSY, message: "too many writes are waiting"), false)
            }
            waiting.jobs.append(job)
            defer { waiting.isDraining = true }
            return (nil, !waiting.isDraining)
        }
        if let refusal { return job.finish(refusal) }
        if isFirst { work.signal() }
    }

    /// The writer's thread: wakes once for all that waits.
    private func writeUntilClosed() {
        while true {
            work.wait()
            pool.writeWithoutTransaction { drain($0) }
            if waiting.withLock({ $0.isClosed }) { break }
        }
        ended.signal()
    }

    private func drain(_ database: Database) {
        while true {
            let batch = waiting.withLock { waiting in
                let batch = Array(waiting.jobs.prefix(Self.batchLimit))
                waiting.jobs.removeFirst(batch.count)
                if batch.isEmpty { waiting.isDraining = false }
                return batch
            }
            if batch.isEmpty { return }
            commit(batch, database)
        }
    }

    /// One transaction for all. Where a job fails, none of that stands, and each is given a transaction of its own.
    private func commit(_ batch: [Job], _ database: Database) {
        let failure = failure(of: batch, database)
        if failure == nil || batch.count == 1 { return batch.forEach { $0.finish(failure) } }
        for job in batch { job.finish(self.failure(of: [job], database)) }
    }

    private func failure(of batch: [Job], _ database: Database) -> (any Error)? {
        do {
            try database.inTransaction(.immediate) {
                for job in batch { try job.run(database) }
                return .commit
            }
            return nil
        } catch {
            return error
        }
    }
}
