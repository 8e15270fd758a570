package import Conversation
import Foundation
import GRDB
import Synchronization
package import TimeOrdered

/// Backups of a data directory by the process that has it open, while it works.
package final class SQLiteBackup: StoreBackup {
    private let directory: DataDirectory
    private let productVersion: String
    private let clock: WallClock
    private let isRunning = Mutex(false)

    package init(_ directory: DataDirectory, productVersion: String, clock: WallClock = .system) {
        self.directory = directory
        self.productVersion = productVersion
        self.clock = clock
    }

    package func write(to folder: String, progress: @escaping @Sendable (BackupPart) -> Void) async throws -> BackupReport {
        let isFirst = isRunning.withLock { running in
            let wasRunning = running
            running = true
            return !wasRunning
        }
        guard isFirst else { throw BackupError.alreadyRunning }
        defer { isRunning.withLock { $0 = false } }
        let stop = BackupStop()
        let writer = BackupWriter(
            directory: directory, folder: folder, productVersion: productVersion, createdAt: clock.now(), stop: stop, progress: progress)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                // On a thread of its own: it takes as long as the disk takes.
                DispatchQueue.global(qos: .utility).async {
                    continuation.resume(with: Result { try writer.run() })
                }
            }
        } onCancel: {
            stop.stop()
        }
    }
}

/// Ends a backup that nobody waits for any more.
final class BackupStop: Sendable {
    private struct State {
        var isStopped = false
        /// Being copied in one step, which can only be broken off.
        var reading: DatabaseQueue?
    }

    private let state = Mutex(State())

    func stop() {
        let reading = state.withLock { state in
            state.isStopped = true
            return state.reading
        }
        reading?.interrupt()
    }

    func check() throws(CancellationError) {
        if state.withLock({ $0.isStopped }) { throw CancellationError() }
    }

    /// Reads what `stop` may break off.
    func reading(_ database: DatabaseQueue, _ body: () throws -> Void) throws {
        state.withLock { $0.reading = database }
        defer { state.withLock { $0.reading = nil } }
        try check()
        do { try body() } catch {
            try check()
            throw error
        }
    }
}
