import NIOPosix
import Synchronization
import Testing

@testable import Access

struct PasswordTests {
    private let hasher = PasswordHasher(threads: .singleton, parameters: AccessRig.cheap)

    @Test func itsLengthIsInCharacters() throws {
        for text in ["", "1234567", "🍊🍊", "äääääää", String(repeating: "x", count: 257), String(repeating: "ä", count: 257)] {
            let error = #expect(throws: AccessError.self) { try Password(new: text) }
            #expect(error == .invalid(field: "password", reason: "must have 8 to 256 characters"))
        }
        for text in ["12345678", "🍊🍊🍊🍊🍊🍊🍊🍊", String(repeating: "x", count: 256), String(repeating: "ä", count: 256), "1234567\u{0}"] {
            #expect(try Password(new: text).bytes.count == text.utf8.count)
        }
    }

    @Test func theSameLettersAreTheSamePassword() async throws {
        let hash = try await hasher.hash(Password(new: "na\u{EF}vete\u{301} 1"))
        #expect(try await hasher.verify(Password(attempt: "nai\u{308}vet\u{E9} 1"), against: hash))
        // But what only looks alike is another: compatibility forms take strength away.
        #expect(try Password(new: "①②③④⑤⑥⑦⑧") != Password(new: "12345678"))
    }

    @Test func nothingAfterANULIsCutOff() async throws {
        let hash = try await hasher.hash(Password(new: "12345678\u{0}tail"))
        #expect(try await hasher.verify(Password(attempt: "12345678\u{0}tail"), against: hash))
        for other in ["12345678", "12345678\u{0}", "12345678\u{0}tale"] {
            #expect(try await !hasher.verify(Password(attempt: other), against: hash))
        }
    }

    @Test func anAttemptThatIsTooLongIsNobodys() async throws {
        let long = String(repeating: "x", count: 1_000_000)
        let hash = try await hasher.hash(Password(new: String(long.prefix(256))))
        #expect(try await !hasher.verify(Password(attempt: long), against: hash))
        #expect(try await !hasher.verify(Password(attempt: String(long.prefix(257))), against: hash))
    }

    @Test func equalPasswordsHaveDifferentHashes() async throws {
        let password = try Password(new: "12345678")
        #expect(try await hasher.hash(password) != hasher.hash(password))
    }

    @Test func nobodysPasswordIsWrongAndCostsTheSame() async throws {
        #expect(try await !hasher.verify(Password(attempt: "12345678"), against: nil))
    }

    /// More than may wait are refused, and let in again when there is room.
    @Test func tooManyAtOnceAreRefused() async throws {
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        let hasher = PasswordHasher(threads: threads, parameters: AccessRig.cheap, waitingLimit: 2)
        let password = try Password(new: "12345678")
        let (held, hold) = AsyncStream.makeStream(of: Void.self)
        let gate = Mutex(false)
        // The one thread is held, so that whatever comes waits.
        let holder = Task {
            try await threads.runIfActive {
                hold.finish()
                while !gate.withLock({ $0 }) {}
            }
        }
        for await _ in held {}
        let results = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<5 {
                group.addTask {
                    do {
                        _ = try await hasher.hash(password)
                        return true
                    } catch {
                        #expect(error as? AccessError == .busy)
                        return false
                    }
                }
            }
            var results: [Bool] = []
            for await result in group {
                results.append(result)
                if results.count == 3 { gate.withLock { $0 = true } }
            }
            return results
        }
        try await holder.value
        #expect(results == [false, false, false, true, true])
        #expect(try await hasher.hash(password).hasPrefix("$argon2id$"))
        try await threads.shutdownGracefully()
    }
}
