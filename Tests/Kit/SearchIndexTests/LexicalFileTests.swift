import Foundation
import Testing

@testable import SearchIndex

/// What a restart finds.
@Suite struct LexicalFileTests {
    @Test(arguments: [UInt64(1), 2])
    func aReopenedIndexIsLikeAFreshOne(seed: UInt64) throws {
        let fixture = try LexicalFixture()
        var library = RandomLibrary(seed: seed)
        let fresh = LexicalIndex()
        do {
            let index = try fixture.open()
            for document in 0..<Int64(150) {
                let passages = library.passages(0...4)
                for index in [index, fresh] { index.replace(document: document % 100, in: document % 3, passages: passages) }
            }
            for index in [index, fresh] {
                for document in 20..<Int64(40) { index.remove(document: document, from: document % 3) }
                index.removePartition(2)
                index.replace(document: 500, in: 2, passages: [passage(9_999, "mast sail")])
            }
            expectSame(index, fresh, partitions: [0, 1, 2], &library)
        }
        expectSame(try fixture.open(), fresh, partitions: [0, 1, 2], &library)
        expectSame(try fixture.open(), fresh, partitions: [1], &library)
    }

    @Test func whatComesAfterARestartIsThereAfterTheNext() throws {
        let fixture = try LexicalFixture()
        for round in 0..<Int64(5) {
            let index = try fixture.open()
            #expect(index.search("whale", partitions: [1], limit: 10).map(\.key) == Array(0..<round))
            index.replace(document: round, in: 1, passages: [passage(round, "whale word\(round)")])
        }
        #expect(try fixture.open().search("word3", partitions: [1], limit: 10).map(\.key) == [3])
    }

    @Test func severalDocumentsAreOneBlock() throws {
        let fixture = try LexicalFixture()
        let documents = [
            DocumentPassages(partition: 1, document: 1, passages: [passage(1, "whale")]),
            DocumentPassages(partition: 2, document: 1, passages: [passage(2, "whale song")]),
            DocumentPassages(partition: 1, document: 1, passages: [passage(3, "whale boat")]),
            DocumentPassages(partition: 1, document: 2, passages: []),
        ]
        do {
            let index = try fixture.open()
            index.replace([])
            index.replace(documents)
        }
        let whole = try fixture.bytes()
        do {
            let index = try fixture.open()
            #expect(index.search("whale", partitions: [1, 2], limit: 10).map(\.key).sorted() == [2, 3])
            #expect(index.search("boat", partitions: [1], limit: 10).map(\.key) == [3])
            #expect(index.documents().count == 2)
        }
        try fixture.write(whole.dropLast())
        #expect(try fixture.open().passageCount == 0)
    }

    @Test func theOwnerCanCompare() throws {
        let fixture = try LexicalFixture()
        let keys: [Int64] = [7, 3, -5, .max, .min]
        do {
            let index = try fixture.open()
            index.replace(document: -1, in: 4, passages: keys.map { passage($0, "whale") })
            index.replace(document: 2, in: 4, passages: [passage(1, "")])
            index.replace(document: 3, in: 4, passages: [])
        }
        let documents = try fixture.open().documents().sorted { $0.document < $1.document }
        #expect(documents.map(\.document) == [-1, 2])
        #expect(documents.map(\.partition) == [4, 4])
        #expect(documents.map(\.passages) == [5, 1])
        #expect(documents[0].fingerprint == KeyFingerprint(keys.reversed()))
        #expect(documents[1].fingerprint == KeyFingerprint([1]))
        for other in [[7, 3, -5, .max], [7, 3, -5, .max, 0], [8, 2, -5, .max, .min], []] as [[Int64]] {
            #expect(documents[0].fingerprint != KeyFingerprint(other))
        }
    }

    @Test func anOtherAnalyzersFileIsMadeAnew() throws {
        let fixture = try LexicalFixture()
        try fixture.open().replace(document: 1, in: 1, passages: [passage(1, "whale")])
        #expect(try fixture.open().passageCount == 1)
        do { _ = try LexicalFile(path: fixture.path, analyzer: Analyzer.fingerprint &+ 1) }
        let index = try fixture.open()
        #expect(index.passageCount == 0)
        #expect(index.search("whale", partitions: [1], limit: 1).isEmpty)
        index.replace(document: 2, in: 1, passages: [passage(2, "whale")])
    }

    @Test(arguments: [0, 1, 19, 20, 10_000])
    func somethingElseIsMadeAnew(size: Int) throws {
        let fixture = try LexicalFixture()
        try fixture.write(Data(repeating: UInt8(ascii: "x"), count: size))
        do {
            let index = try fixture.open()
            #expect(index.passageCount == 0)
            index.replace(document: 1, in: 1, passages: [passage(1, "whale")])
        }
        #expect(try fixture.open().search("whale", partitions: [1], limit: 1).map(\.key) == [1])
    }

    /// As a process has it for a moment that is being started.
    @Test func aCopyOfItsDescriptorKeepsAClosedFileFromNobody() throws {
        let fixture = try LexicalFixture()
        var copies: [CInt] = []
        do {
            let index = try fixture.open()
            index.replace(document: 1, in: 1, passages: [passage(1, "whale")])
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap(CInt.init)
            copies = open.filter { (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == fixture.path }.map {
                dup($0)
            }
        }
        defer { for copy in copies { close(copy) } }
        #expect(copies.count == 1)
        #expect(try fixture.open().search("whale", partitions: [1], limit: 1).map(\.key) == [1])
    }

    @Test func anOpenFileIsRefused() throws {
        let fixture = try LexicalFixture()
        let index = try fixture.open()
        #expect(throws: LexicalFileError.self) { try fixture.open() }
        #expect(throws: LexicalFileError.self) { try LexicalIndex(path: fixture.path + "/none") }
        #expect(index.fileError == nil)
    }
}
