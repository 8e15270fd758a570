import Testing

@testable import Retrieval

/// Words and meanings together, in real files: what is found, by whom, and until when.
struct HybridPassageIndexTests {
    private static let modes: [RetrievalRequest.Mode] = [.lexical, .dense, .hybrid]

    @Test func wordsAndMeaningsAreFound() async throws {
        let library = try MeaningLibrary()
        try await library.add(1, "A kitten sleeps in the sun.")
        try await library.add(2, "Order the gasket 4711 before Friday.")
        try await library.add(3, "The vessel lies in the harbour.")
        #expect(try await library.found("feline") == [1])
        #expect(try await library.found("feline", .dense) == [1])
        #expect(try await library.found("feline", .lexical) == [])
        #expect(try await library.found("gasket 4711") == [2])
        #expect(Set(try await library.found("a gasket for the ship")) == [2, 3])
        let findings = try await library.index.search(library.query("feline"))
        #expect(findings.usedEmbeddings && findings.isEnough)
    }

    /// Of two that mean the same, the one that says it in the question's words is first.
    @Test func bothTogetherAreMore() async throws {
        let library = try MeaningLibrary()
        try await library.add(1, "The monarch hums a melody.")
        try await library.add(2, "The king sings a song.")
        #expect(try await library.found("king song") == [2, 1])
        #expect(try await library.found("monarch melody") == [1, 2])
    }

    @Test func whatIsNoWordOfTheModelOrTheLibraryIsNotThere() async throws {
        let library = try MeaningLibrary()
        try await library.add(1, "Nothing of any axis.")
        try await library.add(2, "A kitten.")
        #expect(try await library.found("xylograph") == [])
        #expect(try await library.index.search(library.query("xylograph")).isEnough == false)
    }

    // MARK: Rights

    @Test(arguments: modes)
    func onlyGivenPartitionsAndDocumentsAreSearched(mode: RetrievalRequest.Mode) async throws {
        let library = try MeaningLibrary()
        for key in 1...6 as ClosedRange<Int64> { try await library.add(key, "A cat on the roof.", in: 1 + key % 3) }
        #expect(Set(try await library.found("cat", mode, in: [1])) == [3, 6])
        #expect(Set(try await library.found("cat", mode, in: [2, 3])) == [1, 2, 4, 5])
        #expect(try await library.found("cat", mode, in: []) == [])
        #expect(try await library.found("cat", mode, in: [9]) == [])
        #expect(Set(try await library.found("cat", mode, in: [1, 2], of: [1, 2, 3])) == [1, 3])
        #expect(try await library.found("cat", mode, of: []) == [])
    }

    // MARK: What comes and goes

    @Test(arguments: modes)
    func whatWasRemovedIsNotFound(mode: RetrievalRequest.Mode) async throws {
        let library = try MeaningLibrary()
        for key in 1...6 as ClosedRange<Int64> { try await library.add(key, "A cat.", "A cat again.", in: key > 3 ? 2 : 1) }
        try await library.index.remove(document: 2, partition: 1)
        #expect(Set(try await library.found("cat", mode, in: [1, 2])) == [1, 3, 4, 5, 6])
        try await library.index.remove(partition: 2)
        #expect(Set(try await library.found("cat", mode, in: [1, 2])) == [1, 3])
        try await library.index.removeAllBut([3, 4])
        #expect(Set(try await library.found("cat", mode, in: [1, 2])) == [3])
        #expect(library.dense.documents == [3])
    }

    @Test(arguments: modes)
    func aNewVersionTakesThePlaceOfTheOld(mode: RetrievalRequest.Mode) async throws {
        let library = try MeaningLibrary()
        try await library.add(1, "A cat.", "A ship.")
        try await library.add(2, "A storm.")
        try await library.add(1, "Bread.")
        #expect(try await library.found("cat", mode) == [])
        #expect(try await library.found("ship", mode) == [])
        #expect(try await library.found("bread", mode) == [1])
        #expect(try await library.found("storm", mode) == [2])
    }

    @Test func missingIsWhatIsNotFoundByJustItsChunks() async throws {
        let library = try MeaningLibrary()
        func live(_ key: Int64, _ chunks: [Int64], in partition: Int64 = 1) -> LiveDocument {
            LiveDocument(key: key, partition: partition, chunks: chunks)
        }
        func look(_ index: HybridPassageIndex) async throws {
            #expect(try await index.missing([live(1, [10, 11]), live(2, [20])]) == [])
            #expect(try await index.missing([live(1, [10]), live(2, [21])]) == [1, 2])
            #expect(try await index.missing([live(1, [10, 12]), live(2, [20], in: 2)]) == [1, 2])
            #expect(try await index.missing([live(3, [30]), live(4, [])]) == [3])
        }
        do {
            let first = try library.words(file: "own")
            try await first.replace([MeaningLibrary.document(1, ["A cat.", "A ship."]), MeaningLibrary.document(2, ["Bread."])])
            try await look(first)
        }
        let again = try library.words(file: "own")
        try await look(again)
        try await again.remove(document: 2, partition: 1)
        #expect(try await again.missing([live(1, [10, 11]), live(2, [20])]) == [2])
    }

    // MARK: Without vectors

    @Test func aQuestionThatCannotBeEmbeddedIsSearchedByItsWords() async throws {
        let library = try MeaningLibrary()
        try await library.add(1, "A cat.")
        library.embedder.refuse(.max)
        let findings = try await library.index.search(library.query("cat"))
        #expect(findings.hits.map(\.chunkKey) == [10] && !findings.usedEmbeddings)
        await #expect(throws: EmbeddingError.self) { try await library.found("cat", .dense) }
        #expect(try await library.found("cat", .lexical) == [1])
        // Nothing is remembered against it.
        library.embedder.refuse(0)
        #expect(try await library.found("feline") == [1])
    }

    @Test func withoutAModelWordsAreSearched() async throws {
        let library = try MeaningLibrary()
        try await library.addWords(1, "A cat.")
        #expect(try await library.found("cat") == [1])
        #expect(try await library.found("feline", .dense) == [])
        let bare = try HybridPassageIndex(
            lexicalFile: nil, embeddings: LibraryEmbeddings(), threads: library.threads, ingestThreads: library.threads,
            logger: MeaningLibrary.logger)
        try await bare.replace([MeaningLibrary.document(1, ["A cat."])])
        #expect(try await bare.search(library.query("cat")).hits.map(\.chunkKey) == [10])
        await #expect(throws: EmbeddingError.self) { try await bare.search(library.query("cat", .dense)) }
    }

    @Test func whatIsNotEmbeddedYetIsFoundByItsWordsBesideTheRest() async throws {
        let library = try MeaningLibrary()
        try await library.add(1, "A kitten.")
        try await library.addWords(2, "A cat with a gasket.")
        #expect(Set(try await library.found("cat")) == [1, 2])
        #expect(try await library.found("gasket") == [2])
        #expect(try await library.found("feline") == [1])
    }
}
