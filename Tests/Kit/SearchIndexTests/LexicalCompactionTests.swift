import Foundation
import Synchronization
import Testing

@testable import SearchIndex

@Suite struct LexicalCompactionTests {
    private static let rounds = 40

    /// Replaces the same documents until most of what was written is gone; returns what is left.
    private func churn(_ index: LexicalIndex, _ library: inout RandomLibrary) -> [DocumentPassages] {
        var left: [Int64: DocumentPassages] = [:]
        for round in 0..<Self.rounds {
            for number in 0..<Int64(8) {
                let key = Int64(round) * 1_000 + number * 100 + 1_000_000
                let fillers = (0..<30).map { passage(key + $0, "round\(round) number\($0) whale") }
                let document = DocumentPassages(partition: number % 2, document: number, passages: library.passages(1...3) + fillers)
                index.replace([document])
                left[number] = document
            }
            index.removePartition(5)
            index.replace(document: 1, in: 5, passages: [passage(Int64(-round), "lonely\(round)")])
        }
        return Array(left.values)
    }

    private func fresh(_ documents: [DocumentPassages]) -> LexicalIndex {
        let index = LexicalIndex()
        index.replace(documents)
        index.replace(document: 1, in: 5, passages: [passage(Int64(1 - Self.rounds), "lonely\(Self.rounds - 1)")])
        return index
    }

    @Test(arguments: [false, true])
    func whatWasRemovedLeavesTheFileWhenAsked(afterRestart: Bool) throws {
        let fixture = try LexicalFixture()
        do {
            let index = try fixture.open()
            index.replace(document: 1, in: 1, passages: [passage(1, "harpoon whale")])
            index.replace(document: 2, in: 1, passages: [passage(2, "gangway whale")])
            index.remove(document: 1, from: 1)
            #expect(try fixture.bytes().range(of: Data("harpoon".utf8)) != nil)
            if !afterRestart { index.forgetRemoved() }
        }
        let index = try fixture.open()
        if afterRestart { index.forgetRemoved() }
        let file = try fixture.bytes()
        #expect(file.range(of: Data("harpoon".utf8)) == nil && file.range(of: Data("gangway".utf8)) != nil)
        #expect(index.search("whale", partitions: [1], limit: 10).map(\.key) == [2])
        index.forgetRemoved()
        #expect(try fixture.bytes() == file, "nothing was to be done")
    }

    @Test func whatIsGoneLeavesTheFile() throws {
        let fixture = try LexicalFixture()
        var library = RandomLibrary(seed: 3)
        let wanted: LexicalIndex
        do {
            let index = try fixture.open()
            wanted = fresh(churn(index, &library))
            let file = try fixture.bytes()
            #expect(file.range(of: Data("round0".utf8)) == nil, "nothing was compacted")
            #expect(file.range(of: Data("round\(Self.rounds - 1)".utf8)) != nil)
            #expect(try fixture.files == ["lexical"])
            expectSame(index, wanted, partitions: [0, 1, 5], &library)
            // New terms take the numbers of those that are gone.
            for index in [index, wanted] { index.replace(document: 77, in: 1, passages: [passage(-100, "harpoon round0 whale")]) }
            expectSame(index, wanted, partitions: [0, 1, 5], &library)
        }
        do {
            let again = try fixture.open()
            expectSame(again, wanted, partitions: [0, 1, 5], &library)
            for index in [again, wanted] { index.replace(document: 78, in: 0, passages: [passage(-101, "round1 round2 gangway")]) }
        }
        let again = try fixture.open()
        for word in ["harpoon", "round0", "round1", "gangway", "number7 whale", "lonely3", "lonely\(Self.rounds - 1)"] {
            let found = again.search(word, partitions: [0, 1, 5], limit: 400)
            #expect(found == wanted.search(word, partitions: [0, 1, 5], limit: 400), "\(word)")
        }
    }

    @Test func whatACrashLeftOfACompactionIsRemoved() throws {
        let fixture = try LexicalFixture()
        try fixture.open().replace(document: 1, in: 1, passages: [passage(1, "whale")])
        try fixture.bytes().write(to: URL(fileURLWithPath: fixture.path + ".new"))
        #expect(try fixture.open().passageCount == 1)
        #expect(try fixture.files == ["lexical"])
    }

    @Test func withoutAFileTermsLeaveToo() {
        var library = RandomLibrary(seed: 4)
        let index = LexicalIndex()
        let wanted = fresh(churn(index, &library))
        #expect(index.state.withLock { $0.terms.number(of: "round0") } == nil)
        #expect(index.state.withLock { $0.terms.number(of: "round\(Self.rounds - 1)") } != nil)
        expectSame(index, wanted, partitions: [0, 1, 5], &library)
    }

    /// A query made before terms changed their numbers still asks what it asked.
    @Test func aQueryKeepsWhatItSaw() {
        var library = RandomLibrary(seed: 5)
        let index = LexicalIndex()
        index.replace(document: 2, in: 0, passages: [passage(1, "harpoon"), passage(2, "mast")])
        let query = index.query(["harpoon": 1], partitions: [0])
        let found = query.best(10)
        _ = churn(index, &library)
        #expect(index.search("harpoon", partitions: [0], limit: 10).isEmpty)
        #expect(found.map(\.key) == [1])
        #expect(query.best(10) == found)
    }

    /// Someone else wrote into the file: it is not made the base of a new one.
    @Test func aFileThatOthersChangedIsGivenUp() throws {
        let fixture = try LexicalFixture()
        var library = RandomLibrary(seed: 6)
        do {
            let index = try fixture.open()
            index.replace(document: 99, in: 9, passages: [passage(1, "harpoon")])
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: fixture.path))
            try file.seek(toOffset: 40)
            try file.write(contentsOf: Data([1, 2, 3, 4, 5, 6, 7, 8]))
            let wanted = fresh(churn(index, &library))
            #expect(index.fileError != nil)
            #expect(index.search("harpoon", partitions: [9], limit: 1).map(\.key) == [1])
            wanted.replace(document: 99, in: 9, passages: [passage(1, "harpoon")])
            expectSame(index, wanted, partitions: [0, 1, 5, 9], &library)
        }
        #expect(try fixture.open().passageCount == 0)
    }
}
