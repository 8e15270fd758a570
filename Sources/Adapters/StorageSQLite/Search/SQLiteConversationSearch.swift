package import Conversation
package import Logging
import ServiceLifecycle
import Synchronization
package import TimeLimits
package import TimeOrdered

/// An index of what was said and what conversations are called, in a SQLite file beside the log. It holds no words: those stand in the log
/// alone. Reading takes the candidates from here and asks the log what became of them.
package final class SQLiteConversationSearch: ConversationSearch, Service {
    /// How long a search waits for what was just said.
    package static let patience: Duration = .seconds(2)
    /// Candidates that are looked up in the log in one go, and how many times in one search: those of deleted sessions and
    /// superseded turns are passed over.
    private static let candidates = 200
    private static let rounds = 25

    struct State {
        /// Nil while one takes another's place.
        var open: SearchFile?
        var isDamaged = false
        var replacements = 0
    }

    let log: SQLiteLogStore
    let path: String
    let logger: Logger
    let state: Mutex<State>
    let progress: IndexProgress
    let wakeUps: AsyncStream<Void>
    let wake: AsyncStream<Void>.Continuation
    private let limit: TimeLimit

    /// Opens the file. What is missing in it is put in by `run`.
    /// - Throws: what SQLite says where none can be made.
    package init(_ directory: DataDirectory, log: SQLiteLogStore, logger: Logger, limit: TimeLimit = .init()) async throws {
        self.log = log
        self.logger = logger
        self.limit = limit
        path = directory.search
        let opened = try await SearchFile.open(path: directory.search, log: log, logger: logger)
        state = Mutex(State(open: opened))
        progress = IndexProgress(position: opened.end?.position ?? 0)
        (wakeUps, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Called once nobody searches or indexes any more.
    package func close() throws {
        let opened = state.withLock { state in
            defer { state.open = nil }
            return state.open
        }
        try opened?.file.close()
    }

    /// Says that something was appended to the log. Returns at once; several that nobody has seen to yet become one.
    package func changed() { wake.yield() }

    // MARK: Reading

    package func hits(of user: UUIDv7, _ query: ConversationQuery, before position: Int64?, limit: Int) async throws -> ConversationHits {
        guard !query.terms.isEmpty, limit > 0 else { return ConversationHits(hits: [], next: nil, isComplete: true) }
        do {
            let isComplete = try await waitUntilCaughtUp()
            guard let opened = state.withLock({ $0.open }) else { throw LogError.unavailable(reason: "the index of conversations is made anew") }
            let (hits, next) = try await read(opened, user, query, before: position ?? .max, limit: limit)
            return ConversationHits(hits: hits, next: next, isComplete: isComplete)
        } catch let error as CancellationError {
            throw error
        } catch {
            if error.isDamage { noticeDamage() }
            throw LogError(error)
        }
    }

    private func read(
        _ opened: SearchFile, _ user: UUIDv7, _ query: ConversationQuery, before position: Int64, limit: Int
    ) async throws -> (hits: [ConversationHit], next: Int64?) {
        var hits: [ConversationHit] = []
        var place = position
        for _ in 0..<Self.rounds {
            try Task.checkCancellation()
            let positions = try await opened.positions(of: user, terms: query.terms, before: place, limit: Self.candidates)
            let wanted = limit - hits.count
            let found = try await log.hits(at: positions, of: user, limit: wanted + 1)
            hits += found.prefix(wanted)
            if found.count > wanted { return (hits, hits.last?.position) }
            guard positions.count == Self.candidates, let last = positions.last else { return (hits, nil) }
            if hits.count == limit { return (hits, last) }
            place = last
        }
        return (hits, place)
    }

    /// Whether the index has caught up with what is in the log now.
    private func waitUntilCaughtUp() async throws -> Bool {
        let wanted = try await log.lastPosition()
        guard progress.position < wanted else { return true }
        // Whoever appended may not have said so yet.
        wake.yield()
        do {
            try await limit.run(Self.patience) { [progress] in await progress.wait(for: wanted) }
        } catch is TimeLimit.Exceeded {
            // What is in it already is better than nothing.
        }
        return progress.position >= wanted
    }

    private func noticeDamage() {
        state.withLock { $0.isDamaged = true }
        wake.yield()
    }
}
