import Synchronization
import Testing

@testable import SearchIndex

/// Where segments are full, lists overflow a byte, and documents do not fit.
struct LexicalSegmentTests {
    @Test func frequenciesBeyondAByteCount() {
        let counts = [1, 254, 255, 256, 700, 70_000]
        let index = LexicalIndex()
        var naive = NaiveBM25()
        for (key, count) in counts.enumerated() {
            let passages = [passage(Int64(key), String(repeating: "whale ", count: count) + "song")]
            index.replace(document: Int64(key), in: 1, passages: passages)
            naive.replace(document: Int64(key), in: 1, passages: passages)
        }
        for _ in 0..<2 {
            let hits = index.search("whale song", partitions: [1], limit: 10)
            let wanted = naive.search("whale song", partitions: [1])
            #expect(hits.map(\.key) == wanted.map(\.key))
            for (hit, wanted) in zip(hits, wanted) { #expect(abs(hit.score - wanted.score) < 0.0001 * wanted.score) }
            index.replace(document: 3, in: 1, passages: [passage(3, "song of mast")])
            naive.replace(document: 3, in: 1, passages: [passage(3, "song of mast")])
        }
    }

    /// One document of more passages than a segment holds, and others beside it.
    @Test func aDocumentMayBeLargerThanASegment() throws {
        let fixture = try LexicalFixture()
        let count = Int64(LexicalSegment.slotLimit + 5_000)
        let large = (0..<count).reversed().map { passage($0, $0 % 1_000 == 7 ? "whale" : "mast") }
        func check(_ index: LexicalIndex) {
            #expect(index.passageCount == Int(count) + 1)
            let document = index.documents().first { $0.document == 1 }
            #expect(document?.passages == Int(count))
            #expect(document?.fingerprint == KeyFingerprint(0..<count))
            let hits = index.search("whale", partitions: [1], documents: [1], limit: 1_000)
            #expect(hits.map(\.key) == Array(stride(from: 7, to: count, by: 1_000)), "equal scores go by key")
            let query = index.query(["whale": 1], partitions: [1])
            let asked = [0, 7, 65_007, 70_007, count, 8].map { (document: Int64(1), key: $0) }
            #expect(query.scores(of: asked).map { $0 > 0 } == [false, true, true, true, false, false])
        }
        do {
            let index = try fixture.open()
            index.replace(document: 1, in: 1, passages: large)
            index.replace(document: 2, in: 1, passages: [passage(-1, "whale")])
            check(index)
        }
        let index = try fixture.open()
        check(index)
        index.remove(document: 1, from: 1)
        #expect(index.documents().map(\.document) == [2])
        #expect(index.search("whale mast", partitions: [1], limit: 9).map(\.key) == [-1])
        #expect(try fixture.bytes().count < 100_000, "most of it was removed")
    }

    @Test func segmentsStayFew() {
        let index = LexicalIndex()
        for document in 0..<Int64(1_000) { index.replace(document: document, in: 1, passages: [passage(document, "whale word\(document % 50)")]) }
        let views = index.state.withLock { $0.partitions[1]?.views ?? [] }
        #expect(views.count <= 10)
        #expect(views.reduce(0) { $0 + $1.liveSlots } == 1_000)
        let hits = index.search("word7 whale", partitions: [1], limit: 30)
        #expect(hits.prefix(20).map(\.key) == stride(from: 7, to: 1_000, by: 50).map { Int64($0) })
        #expect(hits.dropFirst(20).map(\.key) == (0..<11).filter { $0 != 7 }.map { Int64($0) }, "ties go by key, whatever their segment")
    }

    @Test func wordsThatCountNothingAreLeftOut() {
        let index = LexicalIndex()
        index.replace(document: 1, in: 1, passages: [passage(1, "whale"), passage(2, "mast")])
        #expect(index.query(["whale": 0, "mast": 1], partitions: [1]).best(5).map(\.key) == [2])
        #expect(index.query(["whale": -1, "mast": .nan], partitions: [1]).best(5).isEmpty)
    }
}
