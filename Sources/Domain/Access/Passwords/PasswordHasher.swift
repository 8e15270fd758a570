package import NIOPosix
import Synchronization

/// Hashes and checks passwords on a thread of its own, a few at a time: each takes tens of milliseconds and 19 MiB.
package final class PasswordHasher: Sendable {
    /// Passwords that may wait, the one being worked on included; more are refused with `AccessError.busy`.
    package static let waitingLimit = 16

    private let threads: NIOThreadPool
    private let parameters: Argon2.Parameters
    private let waitingLimit: Int
    private let waiting = Mutex(0)

    /// - Parameter threads: running, and used for nothing else.
    package init(threads: NIOThreadPool, parameters: Argon2.Parameters = .standard, waitingLimit: Int = PasswordHasher.waitingLimit) {
        self.threads = threads
        self.parameters = parameters
        self.waitingLimit = waitingLimit
    }

    /// - Throws: `AccessError.busy`, `Argon2.Failure`.
    package func hash(_ password: Password) async throws -> String {
        let parameters = parameters
        return try await run { try Argon2.encoded(password.bytes, salt: Self.salt(), parameters) }
    }

    /// - Parameter hash: nil where there is no such user or no password of theirs: the work is done all the same, so that the time it takes
    ///   tells nobody which.
    /// - Throws: `AccessError.busy`, `Argon2.Failure`.
    package func verify(_ password: Password, against hash: String?) async throws -> Bool {
        let parameters = parameters
        return try await run {
            guard let hash else {
                _ = try Argon2.encoded(password.bytes, salt: Self.salt(), parameters)
                return false
            }
            return try Argon2.verify(password.bytes, against: hash)
        }
    }

    /// Whether a hash was made with other parameters than those of now.
    package func isOutdated(_ hash: String) -> Bool { !Argon2.isMade(hash, with: parameters) }

    private static func salt() -> [UInt8] { Array(RandomBytes.make().prefix(Argon2.saltBytes)) }

    private func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        let hasRoom = waiting.withLock { waiting in
            guard waiting < waitingLimit else { return false }
            waiting += 1
            return true
        }
        guard hasRoom else { throw AccessError.busy }
        defer { waiting.withLock { $0 -= 1 } }
        return try await threads.runIfActive(body)
    }
}
