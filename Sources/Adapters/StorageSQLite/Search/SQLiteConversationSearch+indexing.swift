import Conversation
import Logging
import ServiceLifecycle
import Synchronization

extension SQLiteConversationSearch {
    /// Events, and bytes of their payloads, that are put in with one commit; the last one's bytes may go beyond.
    private static let batchEvents = 500
    private static let batchBytes = 4 << 20
    /// Files that may take a damaged one's place before the next start: more tell of a disk that keeps nothing.
    private static let replacementLimit = 3

    /// Keeps the index at the log's end until the server ends.
    package func run() async throws {
        defer { progress.close() }
        wake.yield()
        await cancelWhenGracefulShutdown { await self.indexUntilCancelled() }
    }

    private func indexUntilCancelled() async {
        var isFailing = false
        for await _ in wakeUps {
            do {
                try await catchUp()
                isFailing = false
            } catch {
                // The next signal tries again; it is told once.
                if !isFailing { logger.error("conversations could not be indexed", metadata: ["error": "\(error)"]) }
                isFailing = true
            }
        }
    }

    /// Takes in what the log has more than the index.
    func catchUp() async throws {
        do {
            try await takeAll()
        } catch let error where error.isDamage {
            state.withLock { $0.isDamaged = true }
            try await takeAll()
        }
    }

    private func takeAll() async throws {
        var goesOn = true
        while goesOn, !Task.isCancelled { goesOn = try await takeNextBatch() }
    }

    /// - Returns: whether there may be more.
    private func takeNextBatch() async throws -> Bool {
        let opened = try await usableFile()
        let slice = try await log.words(after: progress.position, limit: Self.batchEvents, bytes: Self.batchBytes)
        guard let end = slice.end, end.position > progress.position else { return false }
        // What holds no words costs no commit: it is looked at again after a restart.
        if !slice.words.isEmpty { try await opened.insert(slice) }
        progress.reach(end.position)
        return slice.goesOn
    }

    // MARK: Damage

    private func usableFile() async throws -> SearchFile {
        let current = state.withLock { $0 }
        if let opened = current.open, !current.isDamaged { return opened }
        guard current.replacements < Self.replacementLimit else {
            throw LogError.unavailable(reason: "the index of conversations was damaged again and again")
        }
        return try await replaceFile()
    }

    private func replaceFile() async throws -> SearchFile {
        logger.warning("the index of conversations is damaged and is made anew")
        let damaged = state.withLock { state in
            defer { state.open = nil }
            return state.open
        }
        progress.restart()
        // Before another is opened under its name: SQLite deletes the write-ahead log of that name when it closes a file.
        if let damaged { try? damaged.file.close() }  // reason: it is deleted next
        let opened = try await SearchFile.anew(path: path)
        state.withLock { $0 = State(open: opened, replacements: $0.replacements + 1) }
        return opened
    }
}
