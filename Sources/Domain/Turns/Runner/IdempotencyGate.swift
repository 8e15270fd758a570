package import Conversation
import Synchronization
package import TimeOrdered

/// Lets one of several equal requests through. Those that come while it runs, and for 24 hours after, get what it got.
package final class IdempotencyGate: Sendable {
    /// How long an answer is kept, in milliseconds.
    package static let lifetime: Int64 = 24 * 3600 * 1000

    package enum Decision: Sendable {
        /// This is the first: do it, then call `leave`.
        case proceed
        /// The first runs. Its stream, where it has one.
        case running(TurnStream?)
        case done(IdempotencyClaim.Outcome)
        /// The key was used for another request.
        case mismatch
    }

    private struct Key: Hashable {
        let user: UUIDv7
        let text: String
    }

    private enum Entry {
        /// Somebody is looking whether the request was done before; the others wait.
        case checking([CheckedContinuation<Void, Never>])
        case running(fingerprint: [UInt8], stream: TurnStream?)
    }

    private let log: any LogStore
    private let entries = Mutex<[Key: Entry]>([:])

    package init(log: any LogStore) { self.log = log }

    /// Asks to do a request. Who is told to proceed must call `leave` when it is done.
    package func enter(user: UUIDv7, key text: String, fingerprint: [UInt8], stream: TurnStream? = nil) async throws -> Decision {
        let key = Key(user: user, text: text)
        if let first = await firstRequest(key) { return first.fingerprint == fingerprint ? .running(first.stream) : .mismatch }
        do {
            let claim = try await log.idempotencyClaim(of: user, key: text)
            settle(key, as: claim == nil ? .running(fingerprint: fingerprint, stream: stream) : nil)
            guard let claim else { return .proceed }
            return claim.fingerprint == fingerprint ? .done(claim.outcome) : .mismatch
        } catch {
            settle(key, as: nil)
            throw error
        }
    }

    package func leave(user: UUIDv7, key: String) { settle(Key(user: user, text: key), as: nil) }

    /// The request that runs under this key; nil once the caller is the one to look whether it was done before.
    private func firstRequest(_ key: Key) async -> (fingerprint: [UInt8], stream: TurnStream?)? {
        while true {
            let found = entries.withLock { entries -> Entry? in
                let found = entries[key]
                if found == nil { entries[key] = .checking([]) }
                return found
            }
            switch found {
            case nil: return nil
            case .running(let fingerprint, let stream): return (fingerprint, stream)
            case .checking: await settled(key)
            }
        }
    }

    private func settled(_ key: Key) async {
        await withCheckedContinuation { continuation in
            let isSettled = entries.withLock { entries in
                guard case .checking(let waiting) = entries[key] else { return true }
                entries[key] = .checking(waiting + [continuation])
                return false
            }
            if isSettled { continuation.resume() }
        }
    }

    private func settle(_ key: Key, as entry: Entry?) {
        let waiting = entries.withLock { entries -> [CheckedContinuation<Void, Never>] in
            let before = entries[key]
            entries[key] = entry
            if case .checking(let waiting) = before { return waiting }
            return []
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Keeps a response for requests to come.
    package func save(user: UUIDv7, key: String, fingerprint: [UInt8], status: Int, body: [UInt8]) async throws {
        try await log.save(
            IdempotencyClaim(userID: user, key: key, fingerprint: fingerprint, outcome: .response(status: status, body: body)))
    }
}
