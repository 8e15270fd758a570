import SearchIndex
import Testing

/// The index leaves out work that cannot change what it finds; here it is held against a search that leaves out nothing.
struct PrunedSearchTests {
    private static let limits = [1, 3, 10, 5_000]

    /// Hits that tie may come in any order, so scores are compared place by place and each hit against its own passage.
    private func compare(_ hits: [LexicalHit], _ all: [NaiveBM25.Hit], limit: Int, _ query: String) {
        let byKey = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })
        #expect(hits.count == min(limit, all.count), "\(query)")
        #expect(Set(hits.map(\.key)).count == hits.count, "a passage stands twice: \(query)")
        for (hit, wanted) in zip(hits, all) {
            if abs(hit.score - wanted.score) > 0.0001 * wanted.score {
                Issue.record("\(query), at most \(limit): \(hit.score) stands where \(wanted.score) should")
            }
            guard let own = byKey[hit.key] else {
                Issue.record("\(query): \(hit.key) should not be found")
                continue
            }
            if abs(hit.score - own.score) > 0.0001 * own.score || abs(hit.coverage - own.coverage) > 0.0001 {
                Issue.record("\(query), at most \(limit): \(hit) should be \(own)")
            }
        }
    }

    private func compareAll(
        _ index: LexicalIndex, _ naive: NaiveBM25, _ library: inout RandomLibrary, queries: Int, partitions: [Int64],
        documents: Set<Int64>? = nil
    ) {
        for _ in 0..<queries {
            let query = library.query()
            let all = naive.search(query, partitions: partitions, documents: documents)
            for limit in Self.limits {
                let hits = index.search(query, partitions: partitions, documents: documents, limit: limit)
                compare(hits, all, limit: limit, query)
            }
        }
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func onePartition(seed: UInt64) {
        var library = RandomLibrary(seed: seed)
        let index = LexicalIndex()
        var naive = NaiveBM25()
        for document in 0..<Int64(120) {
            let passages = library.passages(0...5)
            index.replace(document: document, in: 1, passages: passages)
            naive.replace(document: document, in: 1, passages: passages)
        }
        compareAll(index, naive, &library, queries: 40, partitions: [1])
    }

    @Test(arguments: [UInt64(4), 5])
    func someDocumentsOnly(seed: UInt64) {
        var library = RandomLibrary(seed: seed)
        let index = LexicalIndex()
        var naive = NaiveBM25()
        for document in 0..<Int64(80) {
            let passages = library.passages(1...4)
            index.replace(document: document, in: 1, passages: passages)
            naive.replace(document: document, in: 1, passages: passages)
        }
        let filters: [Set<Int64>] = [[], [7], [1, 2, 3, 1_000], Set(0..<40), Set((0..<80).filter { $0 % 3 == 0 })]
        for filter in filters { compareAll(index, naive, &library, queries: 10, partitions: [1], documents: filter) }
    }

    @Test(arguments: [UInt64(6), 7])
    func severalPartitions(seed: UInt64) {
        var library = RandomLibrary(seed: seed)
        let index = LexicalIndex()
        var naive = NaiveBM25()
        for document in 0..<Int64(90) {
            let partition = document % 4
            let passages = library.passages(partition == 3 ? 0...1 : 1...4)
            index.replace(document: document, in: partition, passages: passages)
            naive.replace(document: document, in: partition, passages: passages)
        }
        for partitions in [[0, 1], [3, 0], [2, 1, 0, 3], [1, 99]] as [[Int64]] {
            compareAll(index, naive, &library, queries: 12, partitions: partitions)
        }
        compareAll(index, naive, &library, queries: 12, partitions: [0, 1, 2, 3], documents: Set(10..<50))
    }

    /// What a posting can be worth is known for its segment's average length; here the search's is far from it.
    @Test(arguments: [UInt64(11), 12, 13])
    func shortPassagesBesideLongOnes(seed: UInt64) {
        var library = RandomLibrary(seed: seed)
        let index = LexicalIndex()
        var naive = NaiveBM25()
        for document in 0..<Int64(150) {
            var passages = library.passages(1...3)
            if document % 3 == 0 {
                passages = passages.map { passage in
                    let filler = String(repeating: " filler\(document % 7)", count: 400)
                    return IndexedPassage(key: passage.key, title: passage.title, heading: passage.heading, body: passage.body + filler)
                }
            }
            index.replace(document: document, in: document % 3, passages: passages)
            naive.replace(document: document, in: document % 3, passages: passages)
        }
        compareAll(index, naive, &library, queries: 40, partitions: [0, 1, 2])
        compareAll(index, naive, &library, queries: 10, partitions: [0])
    }

    /// Removes enough that slots are swept, more than once, and replaces in between.
    @Test(arguments: [UInt64(8), 9, 10])
    func whileDocumentsComeAndGo(seed: UInt64) {
        var library = RandomLibrary(seed: seed)
        let index = LexicalIndex()
        var naive = NaiveBM25()
        for round in 0..<8 {
            for _ in 0..<60 {
                let document = Int64(library.number(in: 0...99))
                if library.number(in: 0...9) < (round % 2 == 0 ? 3 : 8) {
                    index.remove(document: document, from: 1)
                    naive.remove(document: document, from: 1)
                } else {
                    let passages = library.passages(0...4)
                    index.replace(document: document, in: 1, passages: passages)
                    naive.replace(document: document, in: 1, passages: passages)
                }
            }
            compareAll(index, naive, &library, queries: 8, partitions: [1])
        }
    }
}
