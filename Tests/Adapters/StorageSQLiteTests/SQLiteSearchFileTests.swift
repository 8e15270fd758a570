import Conversation
import ConversationTesting
import Foundation
import Synchronization
import Testing
import TimeOrdered

@testable import StorageSQLite

/// The index's file holds no words, and may go at any time.
struct SQLiteSearchFileTests {
    private let rig: SearchRig
    private let user: UUIDv7

    init() throws {
        rig = try SearchRig()
        user = rig.ids.next()
    }

    private func parts() throws -> [Data] {
        try rig.temporary.files().filter { $0.hasPrefix("search.db") }
            .map { try Data(contentsOf: URL(fileURLWithPath: "\(rig.temporary.path)/\($0)")) }
    }

    @Test func noWordStandsInTheFile() async throws {
        let marks = ["xylobzq", "vwkjmarked", "枇杷"]
        try await rig.session(of: user, rig.turns(["\(marks[0]) and \(marks[1])", marks[2]]))
        let search = try await rig.current()
        for mark in marks { #expect(try await rig.found(mark, of: user, by: search).count == 1) }
        #expect(try rig.temporary.holds(marks[0]), "the log has them")
        var files = try parts()
        #expect(files.count > 1, "the write-ahead log is looked at too")
        try search.close()
        files += try parts()
        let secrets = marks.map { Data($0.utf8) } + [Data(user.bytes), Data("\(user)".utf8)]
        for file in files {
            for secret in secrets { #expect(file.firstRange(of: secret) == nil) }
        }
    }

    @Test func anotherFileHasOtherDigests() {
        let (first, second) = (TermDigests(key: TermDigests.newKey()), TermDigests(key: TermDigests.newKey()))
        #expect(first.digest(of: "loquat", by: user) == first.digest(of: "loquat", by: user))
        #expect(first.digest(of: "loquat", by: user) != second.digest(of: "loquat", by: user))
        #expect(first.digest(of: "loquat", by: user) != first.digest(of: "loquats", by: user))
        #expect(first.digest(of: "loquat", by: user) != first.digest(of: "loquat", by: rig.workspace))
        for digest in [first.digest(of: "a\u{0}b", by: user), first.digest(of: "", by: user)] {
            #expect(digest.utf8.count == 16 && digest.allSatisfy { "0123456789abcdef".contains($0) })
        }
        // As Python's `hmac` computes it: over 16 zero bytes and the word.
        #expect(TermDigests(key: Array(0..<32)).digest(of: "loquat", by: UUIDv7(high: 0, low: 0)) == "8300f724fabbad39")
    }

    @Test func indexingGoesOnAfterARestart() async throws {
        let session = try await rig.session(of: user, rig.turns(["first loquat"]))
        try await rig.current().close()
        let key = try rig.key()
        try await rig.say("second loquat", in: session)
        for _ in 0..<2 {
            let search = try await rig.opened()
            #expect(search.progress.position > 0, "it is not begun anew")
            try await search.catchUp()
            #expect(try await rig.found("loquat", of: user, by: search) == ["second loquat", "first loquat"])
            try search.close()
        }
        #expect(try rig.key() == key)
    }

    enum Fate: String, CaseIterable {
        case deleted, emptied, cut, garbage, otherVersion, otherAnalyzer, otherTables, otherValues, noState, logLeftBehind
    }

    private func meet(_ fate: Fate) throws {
        let file = URL(fileURLWithPath: rig.directory.search)
        switch fate {
        case .deleted: try FileManager.default.removeItem(at: file)
        case .emptied: try Data().write(to: file)
        case .cut:
            let bytes = try Data(contentsOf: file)
            try bytes.prefix(bytes.count / 8192 * 4096).write(to: file)
        case .garbage: try Data(repeating: 0x5a, count: 20_000).write(to: file)
        case .otherVersion: try rig.change("UPDATE state SET version = version + 1")
        case .otherAnalyzer: try rig.change("UPDATE state SET analyzer = analyzer + 1")
        case .otherTables: try rig.change("ALTER TABLE state RENAME COLUMN analyzer TO language")
        case .otherValues: try rig.change("UPDATE state SET position = 'here', hash = 7")
        case .noState: try rig.change("DELETE FROM state")
        case .logLeftBehind:
            try FileManager.default.removeItem(at: file)
            try Data(repeating: 0x37, count: 8_192).write(to: URL(fileURLWithPath: rig.directory.search + "-wal"))
        }
    }

    @Test(arguments: Fate.allCases)
    func aFileThatCannotBeUsedIsMadeAnew(_ fate: Fate) async throws {
        try await rig.session(of: user, rig.turns((0..<60).map { "loquat \($0)" }))
        try await rig.current().close()
        let key = try rig.key()
        try meet(fate)
        let search = try await rig.opened()
        #expect(search.progress.position == 0)
        try await search.catchUp()
        let expected = (0..<60).reversed().map { "loquat \($0)" }
        #expect(try await rig.found("loquat", of: user, by: search) == expected)
        try search.close()
        #expect(try rig.key() != key)
    }

    /// A backup was put back: its events have the same places as others had.
    @Test(arguments: [1, 9]) func anotherLogsFileIsMadeAnew(_ turns: Int) async throws {
        try await rig.session(of: user, rig.turns(["the loquat of before", "another"]))
        try await rig.current().close()
        let restored = try SearchRig()
        try FileManager.default.copyItem(atPath: rig.directory.search, toPath: restored.directory.search)
        try await restored.session(of: user, restored.turns((0..<turns).map { "pear \($0)" }))
        let search = try await restored.opened()
        #expect(search.progress.position == 0)
        try await search.catchUp()
        #expect(try await restored.found("loquat", of: user, by: search) == [])
        #expect(try await restored.found("pear", of: user, by: search).count == turns)
        try search.close()
    }

    @Test func theLastEventMayHaveBeenDeletedSince() async throws {
        try await rig.session(of: user, rig.turns(["a loquat"]))
        let last = try await rig.session(of: user, rig.turns(["the last loquat"]))
        try await rig.current().close()
        try await rig.delete(last, of: user)
        let search = try await rig.opened()
        #expect(search.progress.position > 0)
        try await search.catchUp()
        #expect(try await rig.found("loquat", of: user, by: search) == ["a loquat"])
        try search.close()
    }

    @Test func aFileThatIsDamagedInUseIsMadeAnewAFewTimes() async throws {
        try await rig.session(of: user, rig.turns((0..<20).map { "loquat \($0)" }))
        let search = try await rig.current()
        for _ in 0..<3 {
            try await search.damage()
            await #expect(throws: LogError.self) { try await rig.found("loquat", of: user, by: search) }
            try await search.catchUp()
            #expect(try await rig.found("loquat", of: user, by: search).count == 20)
        }
        try await search.damage()
        await #expect(throws: LogError.self) { try await rig.found("loquat", of: user, by: search) }
        await #expect(throws: LogError.self) { try await search.catchUp() }
        try search.close()
    }

    @Test func commitsDoNotWaitForTheDisk() async throws {
        let search = try await rig.opened()
        let opened = search.state.withLock { $0.open }
        #expect(try opened?.file.synchronousLevel() == SQLiteFile.Durability.normal.rawValue)
        try search.close()
    }

    @Test func theLogIsReadInParts() async throws {
        try await rig.session(of: user, rig.turns(["one", "two"]))
        var positions: [Int64] = []
        var place: Int64 = 0
        for _ in 0..<4 {
            let slice = try await rig.log.words(after: place, limit: 500, bytes: 1)
            #expect(slice.words.count == 1 && slice.goesOn)
            #expect(slice.end?.position == slice.words.last?.position && slice.end?.hash == slice.words.last?.event.hash)
            #expect(slice.words.allSatisfy { $0.userID == user })
            place = slice.end?.position ?? 0
            positions.append(place)
        }
        #expect(try await rig.log.words(after: 0, limit: 500, bytes: 1 << 20).words.map(\.position) == positions)
        #expect(try await rig.log.words(after: 0, limit: 3, bytes: 1 << 20).end?.position == positions[2])
        // What follows holds no words.
        let rest = try await rig.log.words(after: place, limit: 500, bytes: 1)
        #expect(rest.words.isEmpty && !rest.goesOn)
        #expect(try await rest.end?.position == rig.log.lastPosition())
    }
}
