import Synchronization
import Testing

@testable import Retrieval

/// Documents that lack vectors get them: late, after failures, by another model, and never without end.
@Suite(.timeLimit(.minutes(2))) struct EmbeddingBacklogTests {
    /// Runs the library's backlog while the body does.
    private func working(_ library: MeaningLibrary, _ body: (EmbeddingBacklog) async throws -> Void) async throws {
        let backlog = library.backlog()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await backlog.run() }
            defer { group.cancelAll() }
            try await body(backlog)
        }
    }

    private func until(_ isTrue: () async throws -> Bool) async throws {
        // reason: what is waited for is told by nobody; the suite's limit ends it where it does not come
        while try await !isTrue() { try await Task.sleep(for: .milliseconds(5)) }
    }

    /// Waits until the backlog looks at nothing any more; false where it goes on and on.
    private func comesToRest(_ library: MeaningLibrary) async throws -> Bool {
        var (looks, quiet) = (library.shelf.looks, 0)
        while quiet < 25 {
            // reason: rest is when nothing happens for a while
            try await Task.sleep(for: .milliseconds(20))
            guard library.shelf.looks < 100 else { return false }
            quiet = library.shelf.looks == looks && looks > 0 ? quiet + 1 : 0
            looks = library.shelf.looks
        }
        return true
    }

    private func holds(_ library: MeaningLibrary, _ keys: ClosedRange<Int64>, in index: DenseIndex? = nil) -> Bool {
        keys.allSatisfy { key in library.shelf.chunkKeys(of: key).map { (index ?? library.dense).holds(document: key, chunks: $0) } ?? false }
    }

    @Test func whatLacksVectorsGetsThemOnce() async throws {
        let library = try MeaningLibrary()
        for key in 1...50 as ClosedRange<Int64> { try await library.addWords(key, "Text \(key) of a cat.", "Text \(key) of a ship.") }
        library.shelf.put(MeaningLibrary.document(51, []))
        try await library.add(60, "A king.")
        #expect(!holds(library, 1...1))
        try await working(library) { _ in
            try await until { holds(library, 1...50) }
            #expect(try await comesToRest(library))
        }
        #expect(holds(library, 60...60) && !library.dense.documents.contains(51))
        #expect(library.embedder.embedded.count == 101 && library.embedder.embedded.values.allSatisfy { $0 == 1 })
        #expect(Set(try await library.found("vessel", .dense)).count > 1)
    }

    // MARK: Failures

    @Test func whatCouldNotBeEmbeddedIsFoundByWordsAndEmbeddedLater() async throws {
        let library = try MeaningLibrary()
        try await working(library) { backlog in
            #expect(try await comesToRest(library))
            library.embedder.refuse(1)
            let ingestion = library.ingestion(backlog)
            let later = Gate()
            library.embedder.beforeDocuments { _ in if library.embedder.refusals == 0 { await later.passed() } }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await ingestion.run() }
                defer { group.cancelAll() }
                library.shelf.queue(1, "A kitten with a gasket.")
                ingestion.documentQueued()
                try await until { try await library.found("gasket", .lexical) == [1] }
                #expect(try await library.found("gasket") == [1])
                #expect(try await library.found("feline") == [] && !holds(library, 1...1))
                later.open()
                try await until { holds(library, 1...1) }
            }
            #expect(try await library.found("feline") == [1])
        }
    }

    @Test func whatIsDeletedWhileItIsEmbeddedLeavesNothing() async throws {
        let library = try MeaningLibrary()
        library.embedder.beforeDocuments { texts in
            guard texts.contains(where: { $0.contains("kitten") }) else { return }
            library.shelf.take(1)
            try await library.index.remove(document: 1, partition: 1)
        }
        try await working(library) { backlog in
            let ingestion = library.ingestion(backlog)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await ingestion.run() }
                defer { group.cancelAll() }
                library.shelf.queue(1, "A kitten.")
                ingestion.documentQueued()
                try await until { !library.embedder.embedded.isEmpty }
                // It is read when the one before it is done with.
                library.shelf.queue(2, "A cat.")
                ingestion.documentQueued()
                try await until { try await library.found("cat", .lexical) == [2] }
            }
            #expect(try await library.found("feline", .dense) == [2])
            #expect(try await library.found("kitten", .lexical) == [])
            #expect(library.dense.documents == [2])
        }
    }

    /// Nothing wakes it but its own patience.
    @Test func itTriesAgain() async throws {
        let library = try MeaningLibrary()
        library.embedder.refuse(1)
        for key in 1...3 as ClosedRange<Int64> { try await library.addWords(key, "Text \(key) of a cat.") }
        try await working(library) { _ in try await until { holds(library, 1...3) } }
        #expect(library.embedder.embedded.values.allSatisfy { $0 == 1 })
    }

    // MARK: Another model

    @Test func anotherModelTakesOverOnceItHasEverything() async throws {
        let library = try MeaningLibrary()
        for key in 1...40 as ClosedRange<Int64> { try await library.add(key, "Text \(key) of a \(key == 7 ? "kitten" : "ship").") }
        let newer = ToyEmbedder("newer", turned: 1)
        let next = try library.vectors(of: newer, file: "newer")
        let retired = Mutex<[String]>([])
        library.embeddings.adopt(library.dense, next: next) { model in retired.withLock { $0.append(model.name) } }
        // Some are through, and the others wait.
        let gate = Gate()
        newer.beforeDocuments { _ in if !newer.embedded.isEmpty { await gate.passed() } }
        try await working(library) { _ in
            try await until { !next.isEmpty }
            #expect(!holds(library, 1...40, in: next))
            #expect(library.embeddings.serving?.index === library.dense && retired.withLock { $0 } == [])
            #expect(try await library.found("feline", .dense) == [7])
            gate.open()
            try await until { library.embeddings.serving?.index === next }
        }
        #expect(holds(library, 1...40, in: next) && retired.withLock { $0 } == ["toy"])
        #expect(try await library.found("feline", .dense) == [7])
        #expect(library.embeddings.all.count == 1 && library.embeddings.wanted === next)
        #expect(newer.embedded.count == 40 && newer.embedded.values.allSatisfy { $0 == 1 })
    }

    /// Until then whatever comes or goes does so in both.
    @Test func documentsComeAndGoWhileAnotherModelIsMade() async throws {
        let library = try MeaningLibrary()
        for key in 1...5 as ClosedRange<Int64> { try await library.add(key, "Text \(key) of a ship.") }
        let newer = ToyEmbedder("newer", turned: 1)
        let next = try library.vectors(of: newer, file: "newer")
        library.embeddings.adopt(library.dense, next: next)
        let gate = Gate()
        newer.beforeDocuments { texts in if texts.contains("Text 1 of a ship.") { await gate.passed() } }
        try await working(library) { backlog in
            let ingestion = library.ingestion(backlog)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await ingestion.run() }
                defer { group.cancelAll() }
                for key in 6...7 as ClosedRange<Int64> { library.shelf.queue(key, "A kitten.") }
                ingestion.documentQueued()
                try await until { try await Set(library.found("kitten", .lexical)) == [6, 7] }
            }
            #expect(Set(try await library.found("feline", .dense)) == [6, 7] && Set(next.documents) == [6, 7])
            library.shelf.take(7)
            try await library.index.remove(document: 7, partition: 1)
            #expect(next.documents == [6] && Set(library.dense.documents) == Set(1...6))
            gate.open()
            try await until { library.embeddings.serving?.index === next }
        }
        #expect(holds(library, 1...6, in: next))
        #expect(try await library.found("feline", .dense) == [6])
    }

    @Test func aModelThatFailsTakesNothingOver() async throws {
        let library = try MeaningLibrary()
        for key in 1...40 as ClosedRange<Int64> { try await library.add(key, "Text \(key) of a cat.") }
        let newer = ToyEmbedder("newer", turned: 1)
        let next = try library.vectors(of: newer, file: "newer")
        library.embeddings.adopt(library.dense, next: next) { model in Issue.record("\(model.name) is gone") }
        newer.beforeDocuments { _ in if !newer.embedded.isEmpty { newer.refuse(.max) } }
        try await working(library) { _ in
            try await until { newer.refusals > 0 }
            #expect(try await comesToRest(library))
            #expect(library.embeddings.serving?.index === library.dense && !holds(library, 1...40, in: next))
            #expect(try await library.found("feline", .dense).count == 20)
        }
    }

    // MARK: An end

    @Test func aChunkWithoutWindowsHoldsNothingUp() async throws {
        let library = try MeaningLibrary()
        for key in 1...5 as ClosedRange<Int64> {
            try await library.addWords(key, "Text \(key) of a cat.", key == 3 ? "More of a gasket." : "More of a cat.")
        }
        library.embedder.leaveOut("gasket")
        try await working(library) { backlog in
            #expect(try await comesToRest(library), "it goes on and on")
            #expect(holds(library, 1...2) && holds(library, 4...5))
            // And it is there for what comes after.
            try await library.addWords(6, "A ship.")
            backlog.documentLeft()
            try await until { holds(library, 6...6) }
        }
        #expect(try await library.found("gasket") == [3])
    }

    @Test func aDocumentThatIsDeletedMeanwhileHoldsNothingUp() async throws {
        let library = try MeaningLibrary()
        for key in 1...20 as ClosedRange<Int64> { try await library.addWords(key, "Text \(key) of a cat.") }
        library.embedder.beforeDocuments { _ in
            for key in [2, 20] as [Int64] where library.shelf.chunkKeys(of: key) != nil {
                library.shelf.take(key)
                try await library.index.remove(document: key, partition: 1)
            }
        }
        try await working(library) { _ in
            let rests = try await comesToRest(library)
            #expect(rests, "it goes on and on")
        }
        #expect(holds(library, 1...1) && holds(library, 3...19))
        let found = try await library.found("cat", .lexical)
        #expect(!found.contains(2) && !found.contains(20))
        // Nor does anything stay of them.
        #expect(Set(library.dense.documents) == Set(1...19).subtracting([2]))
    }

    @Test func aDocumentThatIsReplacedMeanwhileIsEmbeddedAnew() async throws {
        let library = try MeaningLibrary()
        for key in 1...3 as ClosedRange<Int64> { try await library.addWords(key, "Text \(key) of a cat.") }
        library.embedder.beforeDocuments { _ in
            if library.shelf.chunkKeys(of: 2) == [20] { library.shelf.put(MeaningLibrary.document(2, ["Text of a ship.", "Text of bread."])) }
        }
        try await working(library) { _ in
            try await until { holds(library, 1...3) && library.shelf.chunkKeys(of: 2) == [20, 21] }
            #expect(try await comesToRest(library))
        }
        #expect(library.dense.windows(of: ChunkAddress(document: 2, key: 20)) == [library.embedder.vector("ship")])
    }
}

/// Closed until it is opened, and then for good.
private final class Gate: Sendable {
    private let opened: AsyncStream<Void>
    private let opening: AsyncStream<Void>.Continuation

    init() { (opened, opening) = AsyncStream.makeStream() }

    func open() { opening.finish() }

    func passed() async { for await _ in opened {} }
}
