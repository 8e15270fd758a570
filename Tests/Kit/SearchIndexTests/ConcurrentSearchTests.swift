import SearchIndex
import Testing

struct ConcurrentSearchTests {
    private struct Step: Sendable {
        let document: Int64
        /// nil: the document is removed.
        let passages: [IndexedPassage]?
    }

    /// What one writer does to its own partition, in order.
    private func steps(seed: UInt64) -> [Step] {
        var library = RandomLibrary(seed: seed, words: 60, firstKey: Int64(seed) * 1_000_000)
        var steps: [Step] = []
        for _ in 0..<150 {
            let document = Int64(library.number(in: 0...40))
            steps.append(Step(document: document, passages: library.number(in: 0...3) == 0 ? nil : library.passages(1...3)))
        }
        return steps
    }

    private func run(_ steps: [Step], on index: LexicalIndex, partition: Int64) {
        for step in steps {
            if let passages = step.passages {
                index.replace(document: step.document, in: partition, passages: passages)
            } else {
                index.remove(document: step.document, from: partition)
            }
        }
    }

    @Test func writersAndReadersDoNotDisturbEachOther() async {
        let partitions: [Int64] = [1, 2, 3]
        let scripts = partitions.map { steps(seed: UInt64($0)) }
        let shared = LexicalIndex()
        await withTaskGroup(of: Void.self) { group in
            for (partition, script) in zip(partitions, scripts) { group.addTask { run(script, on: shared, partition: partition) } }
            for reader in 0..<3 {
                group.addTask {
                    var library = RandomLibrary(seed: UInt64(reader + 1), words: 60)
                    for _ in 0..<80 {
                        let hits = shared.search(library.query(), partitions: partitions, limit: 5)
                        #expect(hits.count <= 5)
                        #expect(hits.allSatisfy { $0.score.isFinite && $0.score > 0 && $0.coverage >= 0 })
                        #expect(zip(hits, hits.dropFirst()).allSatisfy { $0.score >= $1.score })
                    }
                }
            }
        }
        let alone = LexicalIndex()
        for (partition, script) in zip(partitions, scripts) { run(script, on: alone, partition: partition) }
        #expect(shared.passageCount == alone.passageCount)
        var library = RandomLibrary(seed: 1, words: 60)
        for _ in 0..<30 {
            let query = library.query()
            #expect(shared.search(query, partitions: partitions, limit: 20) == alone.search(query, partitions: partitions, limit: 20))
        }
    }

    /// Terms leave and their numbers go to others while searches run; what stays is found all the time, and nothing else for its words.
    @Test func compactionDisturbsNobody() async throws {
        let fixture = try LexicalFixture()
        let index = try fixture.open()
        index.replace(document: 1, in: 1, passages: [passage(1, "anchor whale")])
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for round in 0..<Int64(60) {
                    let passages = (0..<300).map { passage(1_000 * round + $0 + 1_000, "whale round\(round) number\(round * 300 + $0)") }
                    index.replace(document: 2, in: 2, passages: passages)
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    for _ in 0..<300 {
                        #expect(index.search("anchor", partitions: [1, 2], limit: 9).map(\.key) == [1])
                        let found = index.search("round7 round30", partitions: [2], limit: 400).map { $0.key / 1_000 }
                        #expect(found.isEmpty || found.count == 300 && [8, 31].contains(found[0]) && Set(found).count == 1)
                    }
                }
            }
        }
        #expect(index.fileError == nil)
        #expect(index.search("round59", partitions: [2], limit: 400).count == 300)
    }
}
