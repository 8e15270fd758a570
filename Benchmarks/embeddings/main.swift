import COpenBLAS
import Foundation
import JSON
import SentenceEncoder
import Synchronization
import WordPiece

// One round at a time, as `compare.py` asks on standard input, so that rounds of several programs can take turns:
//
//     EmbeddingBenchmark MODEL TEXTS THREADS
//
// TEXTS is a JSON array. `embed` embeds them all and prints seconds, and the floating-point operations of the matrix products; `sgemm`
// prints operations a second of OpenBLAS alone, on as many threads, at the shape of the model's largest product; `tokenize` prints
// seconds on one thread; `write PATH` embeds and writes the vectors.

let arguments = CommandLine.arguments
guard arguments.count == 4, let threadCount = Int(arguments[3]) else { fatalError("EmbeddingBenchmark MODEL TEXTS THREADS") }
let folder = try EncoderFolder(path: arguments[1])
let encoder = try BERTEncoder(folder: folder)
let texts = try JSONParser.parse(Data(contentsOf: URL(fileURLWithPath: arguments[2]))).array?.compactMap(\.string) ?? []
let clock = ContinuousClock()

func onThreads(_ body: @escaping @Sendable () -> Void) {
    let group = DispatchGroup()
    for _ in 0..<threadCount {
        group.enter()
        Thread {
            body()
            group.leave()
        }.start()
    }
    group.wait()
}

func embed() -> (vectors: [[Float]], tokens: [Int]) {
    let tokens = texts.map { encoder.tokenizer.encode($0) }
    let plan = EncodingPlan(tokens)
    let next = Atomic(0)
    let results = Mutex([[Float]](repeating: [], count: texts.count))
    let width = folder.width
    onThreads {
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard index < plan.batches.count else { return }
            let batch = plan.batches[index]
            let vectors = encoder.encode(batch.tokens) {}
            results.withLock { results in
                for (row, place) in batch.places.enumerated() { results[place] = Array(vectors[row * width..<(row + 1) * width]) }
            }
        }
    }
    return (results.withLock { $0 }, tokens.map(\.count))
}

func sgemm() -> Double {
    let (rows, columns, width, rounds) = (EncodingPlan.batchTokens, folder.innerWidth, folder.width, 60)
    let start = clock.now
    onThreads {
        let left = [Float](repeating: 0.5, count: rows * width)
        let right = [Float](repeating: 0.25, count: columns * width)
        var result = [Float](repeating: 0, count: rows * columns)
        for _ in 0..<rounds { blas_multiply(left, rows, right, columns, width, &result, columns) }
    }
    let seconds = (clock.now - start) / .seconds(1)
    return Double(threadCount * rounds * 2 * rows * columns * width) / seconds
}

/// Operations of the matrix products of one text, attention's two among them.
func operations(tokens: Int) -> Double {
    let dense = 2 * tokens * (4 * folder.width * folder.width + 2 * folder.width * folder.innerWidth)
    return Double(folder.layers * (dense + 4 * tokens * tokens * folder.width))
}

while let line = readLine() {
    let words = line.split(separator: " ")
    switch words.first {
    case "embed":
        let start = clock.now
        let result = embed()
        let seconds = (clock.now - start) / .seconds(1)
        print(seconds, result.tokens.reduce(0) { $0 + operations(tokens: $1) })
    case "sgemm": print(sgemm())
    case "tokenize":
        let start = clock.now
        let count = texts.reduce(0) { $0 + encoder.tokenizer.encode($1).count }
        print((clock.now - start) / .seconds(1), count)
    case "write":
        let bytes = embed().vectors.joined().withContiguousStorageIfAvailable { Data(buffer: $0) }
        let all = bytes ?? Data(embed().vectors.flatMap { vector in vector.flatMap { withUnsafeBytes(of: $0) { Array($0) } } })
        try all.write(to: URL(fileURLWithPath: String(words[1])))
        print("written")
    default: fatalError("embed, sgemm, tokenize or write PATH")
    }
    fflush(nil)
}
