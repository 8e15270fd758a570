import Conversation
import Foundation
import JSON
import Logging
import Testing
import TimeOrdered
import Turns

@testable import StorageSQLite

/// What was shown is there after the process, in order, up to the first byte that is not.
struct MappedSpoolTests {
    private let temporary = TemporaryFolder()
    private let ids = UUIDv7Generator()
    private let directory: DataDirectory

    init() throws { directory = try DataDirectory(path: temporary.path) }

    private func opened() throws -> MappedSpool { try MappedSpool(directory, logger: Logger(label: "test")) }

    /// The names of the spool's files.
    private var segments: [String] { temporary.files().filter { $0.hasPrefix("spool/") } }

    /// The only file, open to be changed in place.
    private func file() throws -> FileHandle {
        #expect(segments.count == 1)
        return try FileHandle(forUpdating: URL(fileURLWithPath: "\(temporary.path)/\(try #require(segments.first))"))
    }

    private func bytes(_ count: Int, at offset: Int) throws -> [UInt8] {
        let file = try file()
        try file.seek(toOffset: UInt64(offset))
        return Array(try file.read(upToCount: count) ?? Data())
    }

    private func put(_ bytes: [UInt8], at offset: Int) throws {
        let file = try file()
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: Data(bytes))
    }

    private let citation = Citation(
        number: 1, citedNumber: nil, start: 0, end: 4, status: .verified, support: 0.1 + 0.2,
        quote: .init(chunkID: UUIDv7(high: 1, low: 2), documentID: UUIDv7(high: 3, low: 4), page: 5, start: 6, end: 7, text: "q\u{0}"))

    @Test func whatWasShownSurvivesTheProcessInOrder() throws {
        let turns = (0..<3).map { _ in ids.next() }
        var written: [TurnID: [TurnEvent]] = [:]
        do {
            let spool = try opened()
            #expect(spool.recovered().isEmpty)
            for number in 0..<300 {
                let turn = turns[number % 3]
                let events: [TurnEvent] = [
                    .delta("\(number) a\u{0}🍊" + String(repeating: "x", count: number % 17)), .delta(""), .citation(citation),
                    .chunk(["tool": .init(integerLiteral: number), "n": nil]),
                ]
                try spool.write(Array(events.prefix(number % 4 + 1)), of: turn)
                written[turn, default: []] += events.prefix(number % 4 + 1)
            }
        }
        #expect(try opened().recovered() == written)
        #expect(try opened().recovered() == written, "reading takes nothing away")
    }

    @Test func whatTheLogHoldsItselfIsNotSpooled() throws {
        let turn = ids.next()
        try opened().write(
            [
                .session(SessionOpened(sessionID: turn, turnID: turn, created: true)),
                .sources(SourcesFrozen(turnID: turn, cascadeTier: .none, sources: [])), .delta("x"), .truncate(length: 1),
                .failed(TurnFailure(code: "c", message: "m", retryable: false)),
            ], of: turn)
        #expect(try opened().recovered() == [turn: [.delta("x")]])
    }

    @Test func aSecondFileBeginsWhereTheFirstIsFull() throws {
        let (turn, other) = (ids.next(), ids.next())
        let long = String(repeating: "0123456789abcdef", count: 65_536)
        do {
            let spool = try opened()
            try spool.write([.delta("first")], of: other)
            for number in 0..<20 { try spool.write([.delta("\(number)" + long)], of: turn) }
            try spool.write([.delta("last")], of: other)
        }
        #expect(segments.count == 3)
        let found = try opened().recovered()
        #expect(found[turn]?.count == 20)
        #expect(found[turn] == (0..<20).map { .delta("\($0)" + long) })
        #expect(found[other] == [.delta("first"), .delta("last")])
    }

    @Test func anEventLargerThanAFileHasOneToItself() throws {
        let turn = ids.next()
        let events: [TurnEvent] = [.delta("before"), .delta(String(repeating: "🍊", count: 3 << 20)), .delta("after")]
        do {
            let spool = try opened()
            for event in events { try spool.write([event], of: turn) }
        }
        #expect(try opened().recovered() == [turn: events])
    }

    @Test func filesGoWhenNoTurnNeedsThem() throws {
        let (first, second) = (ids.next(), ids.next())
        let long = TurnEvent.delta(String(repeating: "x", count: 5 << 20))
        let spool = try opened()
        try spool.write([long], of: first)
        try spool.write([.delta("short")], of: second)
        for _ in 0..<2 { try spool.write([long], of: first) }
        #expect(segments.count == 3)
        spool.release(first)
        #expect(segments.count == 2, "the first holds text of the second turn, and the last is being written")
        spool.release(ids.next())
        #expect(segments.count == 2)
        spool.release(second)
        #expect(segments.count == 1)
        try spool.write([.delta("goes on")], of: second)
        #expect(try opened().recovered()[second] == [.delta("goes on")])
    }

    /// What is deleted from the log must not be found here.
    @Test func aFileKeepsNoTextOnceNoTurnNeedsIt() throws {
        let (turn, other) = (ids.next(), ids.next())
        let spool = try opened()
        try spool.write([.delta("canary")], of: turn)
        try spool.write([.delta("other")], of: other)
        spool.release(turn)
        #expect(try opened().recovered()[other] == [.delta("other")], "what still runs stays")
        spool.release(other)
        #expect(segments.count == 1)
        #expect(try bytes(8 << 20, at: 0).allSatisfy { $0 == 0 })
        try spool.write([.delta("next")], of: turn)
        #expect(try opened().recovered() == [turn: [.delta("next")]])
    }

    @Test func whatAnEarlierProcessLeftGoesOnceItIsInTheLog() throws {
        let (old, new) = (ids.next(), ids.next())
        try opened().write([.delta("old")], of: old)
        let spool = try opened()
        try spool.write([.delta("new")], of: new)
        #expect(segments.count == 2, "what was left is not written into")
        #expect(try opened().recovered() == [old: [.delta("old")], new: [.delta("new")]])
        spool.release(old)
        #expect(segments.count == 1)
        #expect(try opened().recovered() == [new: [.delta("new")]])
    }

    @Test func aTurnGoesOnAcrossProcesses() throws {
        let turn = ids.next()
        for number in 0..<12 { try opened().write([.delta("\(number)")], of: turn) }
        #expect(try opened().recovered() == [turn: (0..<12).map { .delta("\($0)") }])
    }

    // MARK: Torn files

    /// Three records: 25 bytes of header and the text, begun at even eighths.
    private let texts = ["first record", "second", "the third of them"]
    private let starts = [0, 40, 72]
    private let end = 72 + 25 + 17

    private func threeRecords(of turn: TurnID) throws {
        try opened().write(texts.map { .delta($0) }, of: turn)
        #expect(try bytes(1, at: end - 1) == Array(texts[2].utf8.suffix(1)))
        #expect(try bytes(64, at: end) == Array(repeating: 0, count: 64))
    }

    private func expectKept(_ count: Int, of turn: TurnID, _ comment: Comment) throws {
        let expected: [TurnID: [TurnEvent]] = count == 0 ? [:] : [turn: texts.prefix(count).map { .delta($0) }]
        #expect(try opened().recovered() == expected, comment)
    }

    @Test func aChangedByteDropsItsRecordAndWhatFollows() throws {
        let turn = ids.next()
        try threeRecords(of: turn)
        for record in 0..<3 {
            let size = 25 + texts[record].utf8.count
            for offset in starts[record]..<starts[record] + size {
                let byte = try bytes(1, at: offset)
                for flip in [0x01, 0x80] as [UInt8] {
                    try put([byte[0] ^ flip], at: offset)
                    try expectKept(record, of: turn, "byte \(offset)")
                }
                try put(byte, at: offset)
            }
        }
        try expectKept(3, of: turn, "whole again")
    }

    @Test func aFileCutAnywhereKeepsTheRecordsBefore() throws {
        let turn = ids.next()
        try threeRecords(of: turn)
        let ends = zip(starts, texts).map { $0 + 25 + $1.utf8.count }
        for length in (0...end).reversed() {
            try file().truncate(atOffset: UInt64(length))
            try expectKept(ends.count { $0 <= length }, of: turn, "\(length) bytes")
        }
    }

    @Test func aSpoolWithATornFileGoesOn() throws {
        let (turn, next) = (ids.next(), ids.next())
        try threeRecords(of: turn)
        try put([0], at: starts[1] + 30)
        let spool = try opened()
        try spool.write([.delta("more")], of: next)
        #expect(try opened().recovered() == [turn: [.delta(texts[0])], next: [.delta("more")]])
        spool.release(turn)
        #expect(segments.count == 1)
    }

    @Test func lengthsOfNonsenseEndTheReading() throws {
        let turn = ids.next()
        try threeRecords(of: turn)
        for length in [1, 24, 25, 26, 0x7fff_ffff, 0xffff_ffff] as [UInt32] {
            try put(withUnsafeBytes(of: length.littleEndian) { Array($0) }, at: starts[1])
            try expectKept(1, of: turn, "a length of \(length)")
        }
    }

    @Test func otherFilesInTheFolderAreLeft() throws {
        let turn = ids.next()
        try opened().write([.delta("x")], of: turn)
        for name in ["notes.txt", "000000000007"] {
            #expect(FileManager.default.createFile(atPath: "\(directory.spool)/\(name)", contents: Data()))
        }
        let spool = try opened()
        #expect(spool.recovered() == [turn: [.delta("x")]])
        try spool.write([.delta("y")], of: turn)
        spool.release(turn)
        #expect(segments.contains("spool/notes.txt"))
        #expect(!segments.contains("spool/000000000007"))
    }
}
