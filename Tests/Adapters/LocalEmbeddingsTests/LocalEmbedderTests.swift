import Foundation
import NIOPosix
import Retrieval
import TestSupport
import Testing

@testable import LocalEmbeddings

@Suite struct LocalEmbedderTests {
    private func withEmbedder(
        limits: EmbeddingLimits = .init(), _ body: (LocalEmbedder, TinyModel, NIOThreadPool) async throws -> Void
    ) async throws {
        let model = try TinyModel()
        defer { model.remove() }
        let threads = NIOThreadPool(numberOfThreads: 2)
        threads.start()
        let embedder = try LocalEmbedder(path: model.folder.path, threads: threads, limits: limits)
        try await body(embedder, model, threads)
        try await threads.shutdownGracefully()
    }

    @Test func vectorsComeInOrderWhateverElseIsUnderWay() async throws {
        try await withEmbedder { embedder, _, _ in
            let texts = (1...500).map { String(repeating: "ab ", count: $0 % 9) + String(repeating: "b", count: $0 % 5) }
            let alone = try await embedder.embed(["ab b", "a"], priority: .interactive)
            #expect(alone.count == 2 && alone.dimensions == TinyModel.width)
            try await withThrowingTaskGroup(of: Embeddings.self) { group in
                for index in 0..<8 { group.addTask { try await embedder.embed(texts, priority: index % 2 == 0 ? .background : .interactive) } }
                var first: Embeddings?
                for try await result in group {
                    #expect(result.count == texts.count)
                    first = first ?? result
                    for (a, b) in zip(result.values, first?.values ?? []) where abs(a - b) > 1e-5 { Issue.record("\(a) is not \(b)") }
                    // Text 1 is “ab b”.
                    #expect(zip(result[0], alone[0]).allSatisfy { abs($0 - $1) < 1e-5 })
                }
            }
        }
    }

    @Test func wordsComeWithTheirTexts() async throws {
        try await withEmbedder(limits: EmbeddingLimits(wordCallTexts: 3)) { embedder, _, _ in
            let read = try await embedder.wordVectors(of: ["a B.", "", "ba ab"], priority: .interactive)
            #expect(read.map(\.words) == [["a", "b", "."], [], ["ba", "ab"]])
            #expect(read.map(\.vectors.count) == [3, 0, 2])
            let alone = try await embedder.wordVectors(of: ["ba ab"], priority: .background)
            #expect(zip(alone[0].vectors.values, read[2].vectors.values).allSatisfy { abs($0 - $1) < 1e-5 })
            await #expect(throws: EmbeddingError.tooManyTexts(limit: 3)) {
                try await embedder.wordVectors(of: ["a", "b", "a", "b"], priority: .interactive)
            }
            let none = try await embedder.wordVectors(of: [], priority: .interactive)
            #expect(none.isEmpty)
        }
    }

    /// A word's vector is the mean of what the reference implementation's last layer makes of its tokens.
    @Test(.enabled(if: LocalModel.hasReference)) func wordsAreThoseOfTheReference() async throws {
        let texts = try LocalModel.referenceTexts("words")
        let tokens = try LocalModel.referenceIDs("words")
        let expected = try LocalModel.referenceVectors("words")
        let threads = NIOThreadPool(numberOfThreads: 2)
        threads.start()
        let read = try await LocalEmbedder(path: LocalModel.path, threads: threads).wordVectors(of: texts, priority: .background)
        #expect(texts.count == 12 && read.map(\.words.count) == tokens.map(\.count))
        let found = read.flatMap { text in text.words.indices.map { (word: text.words[$0], vector: text.vectors[$0]) } }
        let width = try #require(read.first?.vectors.dimensions)
        #expect(found.count > 200 && expected.count == found.count * width)
        for (index, (word, vector)) in found.enumerated() where expected.count >= (index + 1) * width {
            let cosine = zip(vector, expected[index * width..<(index + 1) * width]).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            #expect(cosine >= 0.9999, "\(word)")
        }
        try await threads.shutdownGracefully()
    }

    @Test func theModelIsNamedByItsWeights() async throws {
        try await withEmbedder { embedder, model, threads in
            let other = try TinyModel(seed: 9)
            defer { other.remove() }
            let again = try LocalEmbedder(path: model.folder.path, threads: threads)
            let different = try LocalEmbedder(path: other.folder.path, threads: threads)
            #expect(embedder.model == again.model && embedder.model.tokenLimit == TinyModel.tokenLimit)
            #expect(embedder.model.name.split(separator: "@").last != different.model.name.split(separator: "@").last)
        }
    }

    @Test func limitsAreKept() async throws {
        try await withEmbedder(limits: EmbeddingLimits(callTexts: 2)) { embedder, _, _ in
            await #expect(throws: EmbeddingError.tooManyTexts(limit: 2)) {
                try await embedder.embed(["a", "b", "c"], priority: .background)
            }
            let none = try await embedder.embed([], priority: .background)
            #expect(none.count == 0)
        }
    }

    @Test func whoeverGivesUpGetsNoVectors() async throws {
        try await withEmbedder { embedder, _, _ in
            let texts = Array(repeating: "ab ab ab ab a b a b", count: 2000)
            let task = Task { try await embedder.embed(texts, priority: .background) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            let next = try await embedder.embed(["a"], priority: .background)
            #expect(next.count == 1)
        }
    }

    @Test func anEndedPoolIsSaid() async throws {
        try await withEmbedder { embedder, _, threads in
            try await threads.shutdownGracefully()
            await #expect(throws: EmbeddingError.closed) { try await embedder.embed(["a"], priority: .interactive) }
        }
    }

    @Test func aMissingOrCutModelIsSaid() async throws {
        try await withEmbedder { embedder, model, threads in
            #expect(throws: EmbeddingError.self) { try LocalEmbedder(path: "/nowhere", threads: threads) }
            try model.write(Data("[UNK]".utf8), "vocab.txt")
            await #expect(throws: EmbeddingError.self) { try await embedder.embed(["a"], priority: .interactive) }
            try model.write(model.read("model.safetensors").prefix(5000), "model.safetensors")
            #expect(throws: EmbeddingError.self) { try LocalEmbedder(path: model.folder.path, threads: threads) }
        }
    }
}
