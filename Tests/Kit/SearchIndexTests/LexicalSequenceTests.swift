import Testing

@testable import SearchIndex

/// Chance changes an index and closes and opens it in between; it always finds what a search without any index finds.
struct LexicalSequenceTests {
    @Test(arguments: [UInt64(1), 2, 3, 4])
    func staysEqualToTheFormula(seed: UInt64) throws {
        let fixture = try LexicalFixture()
        var library = RandomLibrary(seed: seed)
        var naive = NaiveBM25()
        var index: LexicalIndex? = try fixture.open()
        for round in 0..<120 {
            let partition = Int64(library.number(in: 0...2))
            let document = Int64(library.number(in: 0...30))
            switch library.number(in: 0...19) {
            case 0:
                index?.removePartition(partition)
                for document in 0...Int64(32) { naive.remove(document: document, from: partition) }
            case 1...5:
                index?.remove(document: document, from: partition)
                naive.remove(document: document, from: partition)
            case 6...8:
                index = nil
                index = try fixture.open()
            case 9...12:
                let documents = (0..<6).map {
                    DocumentPassages(partition: Int64($0 % 3), document: document + $0 / 2, passages: library.passages(0...3))
                }
                index?.replace(documents)
                for document in documents { naive.replace(document: document.document, in: document.partition, passages: document.passages) }
            default:
                let passages = library.passages(0...6)
                index?.replace(document: document, in: partition, passages: passages)
                naive.replace(document: document, in: partition, passages: passages)
            }
            if round % 8 == 7 { compare(try #require(index), naive, &library) }
        }
    }

    private func compare(_ index: LexicalIndex, _ naive: NaiveBM25, _ library: inout RandomLibrary) {
        for partitions in [[1], [0, 1, 2]] as [[Int64]] {
            for limit in [1, 10, 1_000] {
                let query = library.query()
                let all = naive.search(query, partitions: partitions)
                let asked = index.query(index.terms(query), partitions: partitions)
                let hits = asked.best(limit)
                #expect(hits.count == min(limit, all.count), "\(query)")
                let scores = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0.score) })
                for (hit, wanted) in zip(hits, all) {
                    #expect(abs(hit.score - wanted.score) < 0.0001 * wanted.score && abs(hit.score - (scores[hit.key] ?? 0)) < 0.0001 * hit.score)
                }
                #expect(zip(hits, hits.dropFirst()).allSatisfy { ($0.score, $1.key) > ($1.score, $0.key) }, "ties go by key: \(query)")
                #expect(asked.scores(of: hits.map { ($0.document, $0.key) }) == hits.map(\.score), "\(query)")
            }
        }
    }
}
