import Foundation
import Testing
import VectorIndex

@testable import Retrieval

/// The vectors of chunks in a real file: what it holds, for whom, and what a search brings.
struct DenseIndexTests {
    private let embedder = ToyEmbedder()

    private func embedded(_ key: Int64, _ chunks: [[String]], in partition: Int64 = 1) -> EmbeddedDocument {
        EmbeddedDocument(
            key: key, partition: partition,
            chunks: chunks.enumerated().map { place, windows in
                .init(key: key * 10 + Int64(place), windows: windows.map { embedder.vector($0)[...] })
            })
    }

    private func hits(
        _ index: DenseIndex, _ text: String, in partitions: [Int64] = [1], of documents: Set<Int64>? = nil, windows: Int = 100
    ) throws -> [Int64] {
        try index.search(embedder.vector(text), in: VectorScope(partitions: partitions, documents: documents), windows: windows)
            .filter { $0.score > 0.01 }.map(\.chunk.key)
    }

    @Test func itHoldsADocumentByJustItsChunks() throws {
        let library = try MeaningLibrary()
        #expect(library.dense.isEmpty)
        #expect(!library.dense.holds(document: 1, chunks: [10]))
        try library.dense.replace([embedded(1, [["cat", "ship"], ["bread"], ["rain", "song", "king"]]), embedded(2, [["cat"]])])
        #expect(!library.dense.isEmpty && Set(library.dense.documents) == [1, 2])
        #expect(library.dense.holds(document: 1, chunks: [10, 11, 12]))
        for other in [[], [10], [10, 11], [10, 12, 11], [10, 11, 13], [10, 11, 12, 13], [20]] as [[Int64]] {
            #expect(!library.dense.holds(document: 1, chunks: other), "\(other)")
        }
        #expect(library.dense.holds(document: 2, chunks: [20]) && !library.dense.holds(document: 3, chunks: [30]))
        try library.dense.remove(document: 1)
        #expect(!library.dense.holds(document: 1, chunks: [10, 11, 12]) && library.dense.holds(document: 2, chunks: [20]))
    }

    @Test func itHoldsTheSameAfterARestart() throws {
        let library = try MeaningLibrary()
        do {
            let first = try library.vectors(of: embedder, file: "own")
            try first.replace([embedded(1, [["cat"], ["ship"]]), embedded(2, [["bread"]], in: 2), embedded(3, [["song"]])])
            try first.remove(document: 3)
        }
        let again = try library.vectors(of: embedder, file: "own")
        #expect(again.holds(document: 1, chunks: [10, 11]) && again.holds(document: 2, chunks: [20]) && Set(again.documents) == [1, 2])
        #expect(try hits(again, "vessel") == [11] && hits(again, "loaf") == [] && hits(again, "loaf", in: [2]) == [20])
    }

    @Test func vectorsOfAnotherModelAreRefused() throws {
        let library = try MeaningLibrary()
        do { try library.vectors(of: embedder, file: "own").replace([embedded(1, [["cat"]])]) }
        let error = #expect(throws: VectorFileError.self) { try library.vectors(of: ToyEmbedder("other"), file: "own") }
        #expect(error?.isOtherModel == true)
        #expect(try library.vectors(of: embedder, file: "own").holds(document: 1, chunks: [10]))
    }

    @Test func aChunkStandsWhereItsBestWindowStands() throws {
        let library = try MeaningLibrary()
        try library.dense.replace([
            embedded(1, [["cat bread", "cat", "bread"], ["song"]]), embedded(2, [["cat bread rain song", "cat bread"]]), embedded(3, [["king"]]),
        ])
        #expect(try hits(library.dense, "kitten") == [10, 20])
        let best = try library.dense.search(embedder.vector("kitten"), in: VectorScope(partitions: [1], documents: nil), windows: 100)
        #expect(best.first?.chunk == ChunkAddress(document: 1, key: 10) && abs((best.first?.score ?? 0) - 1) < 1e-5)
        #expect(best.map(\.score) == best.map(\.score).sorted(by: >))
    }

    @Test func onlyTheScopeIsSearched() throws {
        let library = try MeaningLibrary()
        for key in 1...9 as ClosedRange<Int64> { try library.dense.replace([embedded(key, [["cat"]], in: key % 3)]) }
        #expect(Set(try hits(library.dense, "cat", in: [0])) == [30, 60, 90])
        #expect(Set(try hits(library.dense, "cat", in: [0, 1], of: [1, 2, 3])) == [10, 30])
        #expect(try hits(library.dense, "cat", in: []) == [] && hits(library.dense, "cat", in: [1], of: []) == [])
        try library.dense.remove(partition: 0)
        #expect(Set(try hits(library.dense, "cat", in: [0, 1])) == [10, 40, 70])
    }

    @Test func theWindowsOfAChunkComeInTheirOrder() throws {
        let library = try MeaningLibrary()
        let texts = ["cat", "ship", "roof"]
        try library.dense.replace([embedded(1, [texts, ["bread"]])])
        #expect(library.dense.windows(of: ChunkAddress(document: 1, key: 10)) == texts.map(embedder.vector))
        #expect(library.dense.windows(of: ChunkAddress(document: 1, key: 12)) == [])
        #expect(library.dense.windows(of: ChunkAddress(document: 2, key: 10)) == [])
    }

    /// A chunk of thousands of windows has no window of its neighbour.
    @Test func windowsBeyondTheLimitAreNobodys() throws {
        let library = try MeaningLibrary()
        try library.dense.replace([embedded(1, [Array(repeating: "cat", count: 700), ["bread"]])])
        #expect(library.dense.holds(document: 1, chunks: [10, 11]))
        #expect(library.dense.windows(of: ChunkAddress(document: 1, key: 11)) == [embedder.vector("bread")])
        let windows = library.dense.windows(of: ChunkAddress(document: 1, key: 10))
        #expect(windows.count > 1 && windows.count < 700 && windows.allSatisfy { $0 == embedder.vector("cat") })
    }

    @Test func aNewVersionTakesThePlaceOfTheOld() throws {
        let library = try MeaningLibrary()
        try library.dense.replace([embedded(1, [["cat"], ["ship"]])])
        try library.dense.replace([embedded(1, [["bread"]], in: 2)])
        #expect(library.dense.holds(document: 1, chunks: [10]))
        #expect(try hits(library.dense, "cat", in: [1, 2]) == [] && hits(library.dense, "loaf") == [])
        #expect(try hits(library.dense, "loaf", in: [2]) == [10])
    }

    @Test(arguments: [("m", 0), ("m", 16_385), (String(repeating: "é", count: 257), 3)])
    func whatCannotBeKeptIsSaidAndEndsNothing(name: String, dimensions: Int) {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("dense-\(UUID())").path
        let model = EmbeddingModel(name: name, dimensions: dimensions, tokenLimit: nil)
        let error = #expect(throws: EmbeddingError.self) { try DenseIndex(path: path, model: model, embedder: embedder) }
        guard case .modelUnusable = error else {
            Issue.record("it is another error")
            return
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
