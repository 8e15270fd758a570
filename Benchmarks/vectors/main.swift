import Foundation
import VectorIndex

// One round at a time, as `compare.py` asks on standard input, so that rounds of several programs can take turns:
//
//     VectorBenchmark STORE QUERIES DIMENSIONS
//
// `fill PATH` stores the vectors of a file of floats, ten a document; `exact` and `rescored` search for each query alone and print its
// milliseconds and the ten best; `half` does so with rights to every other document; `start` prints the seconds until the store was open
// and first searched; `memory` the resident bytes. All on one thread.

let arguments = CommandLine.arguments
guard arguments.count == 4, let dimensions = Int(arguments[3]) else { fatalError("VectorBenchmark STORE QUERIES DIMENSIONS") }
let clock = ContinuousClock()

func floats(_ path: String) throws -> [Float] {
    try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped).withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
}

let queries = try floats(arguments[2])
let start = clock.now
let store = try VectorStore(path: arguments[1], model: "benchmark", dimensions: dimensions)
let everything = VectorScope(partitions: [0, 1])
_ = try store.search(Array(queries[..<dimensions]), in: everything, limit: 10)
let started = (clock.now - start) / .seconds(1)

func search(_ scope: VectorScope, _ scan: VectorScan) throws {
    for first in stride(from: 0, to: queries.count, by: dimensions) {
        let query = Array(queries[first..<first + dimensions])
        let start = clock.now
        let hits = try store.search(query, in: scope, limit: 10, scan: scan)
        let milliseconds = (clock.now - start) / .milliseconds(1)
        print(milliseconds, hits.map { String($0.key) }.joined(separator: " "))
    }
}

while let line = readLine() {
    let words = line.split(separator: " ")
    switch words.first {
    case "fill":
        let vectors = try floats(String(words[1]))
        let count = vectors.count / dimensions
        for first in stride(from: 0, to: count, by: 4000) {
            let documents = stride(from: first, to: min(first + 4000, count), by: 10).map { row in
                let rows = row..<min(row + 10, count)
                return DocumentVectors(
                    document: Int64(row / 10), partition: Int64(row / 10 % 2), keys: rows.map { Int64($0) },
                    vectors: Array(vectors[rows.lowerBound * dimensions..<rows.upperBound * dimensions]))
            }
            try store.replace(documents)
        }
        print(store.count)
    case "exact": try search(everything, .exact)
    case "rescored": try search(everything, .rescored)
    case "half": try search(VectorScope(partitions: [0]), .rescored)
    case "start": print(started)
    case "memory":
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS") }
        print((line?.split(separator: " ").compactMap { Int($0) }.first ?? 0) * 1024)
    default: fatalError("fill PATH, exact, rescored, half, start or memory")
    }
    fflush(nil)
}
