import SearchIndex
import Testing

struct LexicalIndexTests {
    private func passage(_ key: Int64, title: String = "", heading: String = "", _ body: String = "") -> IndexedPassage {
        IndexedPassage(key: key, title: title, heading: heading, body: body)
    }

    private func filled(_ passages: IndexedPassage...) -> LexicalIndex {
        let index = LexicalIndex()
        for passage in passages { index.replace(document: passage.key, in: 1, passages: [passage]) }
        return index
    }

    private func keys(_ index: LexicalIndex, _ query: String, limit: Int = 10) -> [Int64] {
        index.search(query, partitions: [1], limit: limit).map(\.key)
    }

    // MARK: Ranking

    @Test func aWordInTheTitleCountsMoreThanInTheBody() {
        let index = filled(passage(1, title: "ocean", "whale ship"), passage(2, title: "whale", "ocean ship"))
        #expect(keys(index, "whale") == [2, 1])
        #expect(keys(index, "ocean") == [1, 2])
    }

    @Test func moreOftenIsBetterAndShorterIsBetter() {
        let often = filled(passage(1, "whale ship ship ship"), passage(2, "whale whale ship ship"), passage(3, "whale whale whale ship"))
        #expect(keys(often, "whale") == [3, 2, 1])
        let short = filled(passage(1, "whale ship boat sail mast"), passage(2, "whale ship"), passage(3, "whale ship boat"))
        #expect(keys(short, "whale") == [2, 3, 1])
    }

    @Test func aRareWordCountsMoreThanACommonOne() {
        let common = (10..<30).map { passage($0, "ship sea wind wave") }
        let index = LexicalIndex()
        index.replace(document: 1, in: 1, passages: common + [passage(1, "whale sea wind wave"), passage(2, "ship sea wind wave")])
        #expect(keys(index, "ship whale").first == 1)
    }

    @Test func moreOfTheWordsIsBetter() {
        let index = filled(passage(1, "whale boat"), passage(2, "whale song"), passage(3, "boat song"))
        #expect(keys(index, "whale song").first == 2)
    }

    @Test func formsOfAWordAreOne() {
        let index = filled(passage(1, "The whales were singing"), passage(2, "a boat"))
        for query in ["whale", "WHALES", "sing", "sings", "Singing!"] { #expect(keys(index, query) == [1], "\(query)") }
    }

    @Test func whatHoldsNoTermFindsNothing() {
        let index = filled(passage(1, "the whale of the sea"))
        for query in ["", " ", "the", "The of AND", "?!", "🐋", "boat"] { #expect(keys(index, query).isEmpty, "\(query)") }
        #expect(keys(index, "the whale") == [1])
        for limit in [0, -1] { #expect(keys(index, "whale", limit: limit).isEmpty) }
        #expect(index.search("whale", partitions: [], limit: 5).isEmpty)
        #expect(index.search("whale", partitions: [2], limit: 5).isEmpty)
        #expect(index.search("whale", partitions: [1], documents: [], limit: 5).isEmpty)
        #expect(LexicalIndex().search("whale", partitions: [1], limit: 5).isEmpty)
    }

    @Test func aPartitionThatIsNamedTwiceIsSearchedOnce() {
        let index = filled(passage(1, "whale"), passage(2, "boat"))
        #expect(index.search("whale", partitions: [1, 1], limit: 5) == index.search("whale", partitions: [1], limit: 5))
    }

    // MARK: Coverage

    @Test func coverageIsTheShareOfTheQuerysWeight() throws {
        let index = filled(passage(1, "whale song"), passage(2, "whale boat"), passage(3, "mast sail"))
        let both = index.search("whale song", partitions: [1], limit: 5)
        #expect(both.map(\.key) == [1, 2])
        #expect(both.map(\.coverage)[0] == 1)
        let one = both.map(\.coverage)[1]
        #expect(one > 0 && one < 0.5, "the word that is not there is the rarer one")
        let unknown = try #require(index.search("whale song zzyzx", partitions: [1], limit: 1).first)
        #expect(unknown.key == 1)
        #expect(unknown.coverage > 0 && unknown.coverage < 1)
        #expect(index.search("whale whale", partitions: [1], limit: 5).allSatisfy { $0.coverage == 1 })
    }

    // MARK: Removal

    @Test func replacingLeavesTheNewAlone() {
        let index = filled(passage(1, "whale"), passage(2, "boat"))
        index.replace(document: 1, in: 1, passages: [passage(11, "mast"), passage(12, "sail")])
        #expect(keys(index, "whale").isEmpty)
        #expect(keys(index, "mast") == [11])
        #expect(index.passageCount == 3)
        index.replace(document: 1, in: 1, passages: [])
        #expect(keys(index, "mast sail").isEmpty)
        #expect(index.passageCount == 1)
    }

    @Test func removingWhatIsNotThereDoesNothing() {
        let index = filled(passage(1, "whale"))
        index.remove(document: 99, from: 1)
        index.remove(document: 1, from: 2)
        index.removePartition(3)
        #expect(keys(index, "whale") == [1])
        #expect(index.passageCount == 1)
    }

    @Test func aPartitionThatIsRemovedIsGone() {
        let index = filled(passage(1, "whale"))
        index.replace(document: 2, in: 2, passages: [passage(2, "whale")])
        index.removePartition(1)
        #expect(keys(index, "whale").isEmpty)
        #expect(index.search("whale", partitions: [1, 2], limit: 5).map(\.key) == [2])
        #expect(index.passageCount == 1)
    }

    /// After removals, an index answers to the last bit like one that never held what was removed; before a sweep and after.
    @Test(arguments: [5, 60, 300])
    func removalLeavesNoTrace(removed: Int) {
        var library = RandomLibrary(seed: 11)
        let clean = LexicalIndex()
        let used = LexicalIndex()
        for document in 0..<Int64(400) {
            let passages = library.passages(1...3)
            used.replace(document: document, in: 1, passages: passages)
            if document >= removed { clean.replace(document: document, in: 1, passages: passages) }
        }
        for document in 0..<Int64(removed) { used.remove(document: document, from: 1) }
        #expect(used.passageCount == clean.passageCount)
        for _ in 0..<40 {
            let query = library.query()
            for limit in [1, 10, 2_000] {
                #expect(used.search(query, partitions: [1], limit: limit) == clean.search(query, partitions: [1], limit: limit), "\(query)")
            }
        }
    }

    // MARK: Partitions

    /// What one may not search does not change what one finds, not even a score's last bit.
    @Test func otherPartitionsDoNotShineThrough() {
        var library = RandomLibrary(seed: 12)
        let alone = LexicalIndex()
        let beside = LexicalIndex()
        for document in 0..<Int64(100) {
            let passages = library.passages(1...3)
            alone.replace(document: document, in: 1, passages: passages)
            beside.replace(document: document, in: 1, passages: passages)
            beside.replace(document: document, in: 2, passages: library.passages(1...6))
        }
        for _ in 0..<40 {
            let query = library.query()
            #expect(alone.search(query, partitions: [1], limit: 20) == beside.search(query, partitions: [1], limit: 20), "\(query)")
            #expect(alone.search(query, partitions: [1, 7], limit: 20) == beside.search(query, partitions: [1], limit: 20), "\(query)")
        }
    }
}
