import Synchronization

/// How many imports run in this process, whoever's they are: each may hold a file of the largest size, and all that is made of it.
final class ImportSlots: Sendable {
    static let limit = 2

    private let running = Mutex(0)

    /// Who takes one gives it back.
    /// - Throws: 429 where there is none.
    func take() throws(Problem) {
        let isTaken = running.withLock { running in
            guard running < Self.limit else { return false }
            running += 1
            return true
        }
        if !isTaken { throw .tooManyImports(limit: Self.limit) }
    }

    func giveBack() { running.withLock { $0 -= 1 } }
}
