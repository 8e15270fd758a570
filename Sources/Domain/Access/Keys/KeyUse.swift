import Synchronization
import TimeOrdered

/// Collects when keys are used and writes it in one go, so that no request waits for it: `write` is called each minute.
package final class KeyUse: Sendable {
    /// Keys used between two writes; the uses of more are not noted.
    private static let limit = 10_000

    private let store: any AccessStore
    private let pending = Mutex<[KeyID: Timestamp]>([:])

    package init(store: any AccessStore) { self.store = store }

    func used(_ key: KeyID, at now: Timestamp) {
        pending.withLock { pending in
            guard pending[key] != nil || pending.count < Self.limit else { return }
            pending[key] = now
        }
    }

    /// Writes what was noted since the last time.
    package func write() async throws {
        let used = pending.withLock { pending in
            defer { pending = [:] }
            return pending
        }
        if !used.isEmpty { try await store.touch(used) }
    }
}
