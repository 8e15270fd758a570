import Foundation
import TestSupport

@testable import VectorIndex

/// A store's file in a folder of its own, and vectors of chance.
final class VectorFixture {
    static let dimensions = 48
    let path: String
    private let folder: URL
    private var random: SeededRandom

    init(seed: UInt64 = 1) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("vectors-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appendingPathComponent("vectors").path
        random = SeededRandom(seed: seed)
    }

    // reason: a folder that stays in the system's temporary folder harms no test
    deinit { try? FileManager.default.removeItem(at: folder) }

    func open(model: String = "m", dimensions: Int = dimensions) throws -> VectorStore {
        try VectorStore(path: path, model: model, dimensions: dimensions)
    }

    func vector() -> [Float] {
        let values = (0..<Self.dimensions).map { _ in Float.random(in: -1...1, using: &random) }
        let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return values.map { $0 / length }
    }

    /// A document whose rows' keys are 100 × its number and up.
    func document(_ number: Int64, in partition: Int64 = 1, rows: Int = 3) -> DocumentVectors {
        DocumentVectors(
            document: number, partition: partition, keys: (0..<rows).map { number * 100 + Int64($0) },
            vectors: (0..<rows).flatMap { _ in vector() })
    }

    func bytes() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    func write(_ bytes: Data) throws { try bytes.write(to: URL(fileURLWithPath: path)) }
}

func dot(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

extension VectorStore {
    /// All keys that may be seen, in order.
    func keys(in partitions: [Int64] = [1], documents: Set<Int64>? = nil) throws -> [Int64] {
        let query = [Float](repeating: 1, count: dimensions)
        return try search(query, in: VectorScope(partitions: partitions, documents: documents), limit: 10_000).map(\.key).sorted()
    }
}
