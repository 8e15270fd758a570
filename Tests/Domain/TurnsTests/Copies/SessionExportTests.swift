import Conversation
import ConversationTesting
import Testing
import TimeOrdered

@testable import Turns

/// An export is whole, or has no end.
struct SessionExportTests {
    private let own = OwnExport()

    private func session(_ exchanges: Int, answer: String) async throws -> SessionRow {
        let turns = (0..<exchanges).flatMap { SampleTurn(own.ids, question: "q\($0)", answer: answer).whole }
        return try await CopyWriter(log: own.store).write([own.created()] + turns, to: own.ids.next(), of: own.user)
    }

    @Test func aLongSessionIsWholeInItsParts() async throws {
        let made = try await session(300, answer: String(repeating: "a", count: 20_000))
        var parts: [Int] = []
        var bytes: [UInt8] = []
        try await SessionExport(log: own.store).write(made.id, to: made.headSeq) { part in
            parts.append(part.count)
            bytes += part
        }
        // A part has 256 KiB of payload, and what stands around it.
        #expect(parts.count > 20 && parts.allSatisfy { $0 < 512 << 10 })
        var reader = OwnExportReader(bytes)
        let first = try reader.next()
        let isOver = try reader.next() == nil
        #expect(first?.events.count == 1_501 && isOver)
    }

    @Test func whatIsSaidMeanwhileIsNotInIt() async throws {
        let made = try await session(2, answer: "a")
        let before = try await own.export(made)
        _ = try await own.store.append(AppendBatch(sessionID: made.id, drafts: SampleTurn(own.ids).whole))
        #expect(try await own.export(made) == before)
    }

    @Test(arguments: [1, 2, 3])
    func aSessionThatIsDeletedMeanwhileHasNoEnd(part: Int) async throws {
        let made = try await session(300, answer: String(repeating: "a", count: 20_000))
        let (store, user) = (own.store, own.user)
        var (parts, bytes) = (0, [UInt8]())
        do {
            try await SessionExport(log: store).write(made.id, to: made.headSeq) { lines in
                parts += 1
                bytes += lines
                guard parts == part else { return }
                let record = AuditRecord(actorID: user, actorCredential: nil, action: .sessionDeleted, targetKind: .session, targetID: made.id)
                _ = try await store.delete(session: made.id, of: user, recording: record)
            }
            Issue.record("it was sealed")
        } catch {
            #expect(error as? LogError == .noSession(made.id))
        }
        #expect(parts >= part)
        #expect(!String(decoding: bytes, as: UTF8.self).contains(#""end":true"#))
        var reader = OwnExportReader(bytes)
        #expect(throws: ImportError.self) { try reader.next() }
    }

    @Test func amongOthersOneThatIsDeletedMeanwhileIsLeftOutUnlessItIsLong() async throws {
        let made = try await session(600, answer: String(repeating: "a", count: 20_000))
        let whole = try await own.export(made).count
        var (leftOut, brokenOff, read) = (0, 0, 0)
        var written = 0
        while written < whole {
            read += 1
            written = 0
            own.store.plan(Fault(.read, number: read, .noSession(made.id)))
            do {
                try await SessionExport(log: own.store).writeIfWhole(made.id, to: made.headSeq) { written += $0.count }
                if written == 0 { leftOut += 1 }
            } catch {
                #expect(error as? LogError == .noSession(made.id))
                #expect(written > 8 << 20)
                brokenOff += 1
            }
        }
        #expect(leftOut > 3 && brokenOff > 0 && leftOut + brokenOff == read - 1)
        #expect(written == whole)
    }
}
