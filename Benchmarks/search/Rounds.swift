import Foundation
import SearchIndex

/// One round at a time, as `compare.py` asks on standard input, so that rounds of several programs can take turns:
///
///     SearchBenchmark FILE QUERIES
///
/// `fill PATH` indexes a file's lines, a passage and document each; `make COUNT` indexes chunks of about 220 words of a vocabulary of
/// 200,000, ten a document, and prints the seconds that took; `search LIMIT` searches for each line of QUERIES alone and prints its
/// milliseconds and the best; `busy LIMIT` does so while documents are replaced, and prints the milliseconds alone; `start` prints the
/// seconds until the index was open and first searched; `memory` the resident bytes, and those of them that are in no file. All but
/// `busy` on one thread.
struct Rounds {
    private let index: LexicalIndex
    private let queries: [String]
    private let started: Double

    init(file: String, queries path: String) throws {
        queries = try Self.lines(path)
        let start = ContinuousClock.now
        index = try LexicalIndex(path: file)
        _ = index.search(queries[0], partitions: [1], limit: 10)
        started = (ContinuousClock.now - start) / .seconds(1)
    }

    func answer(_ line: String) throws {
        let words = line.split(separator: " ").map(String.init)
        switch words.first {
        case "fill": try fill(words[1])
        case "make": make(chunks: Int(words[1]) ?? 0)
        case "search": search(limit: Int(words[1]) ?? 0)
        case "busy": busy(limit: Int(words[1]) ?? 0)
        case "start": print(started)
        case "memory": try memory()
        default: fatalError("fill PATH, make COUNT, search LIMIT, busy LIMIT, start or memory")
        }
        fflush(nil)
    }

    private static func lines(_ path: String) throws -> [String] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    }

    private func fill(_ path: String) throws {
        for (key, text) in try Self.lines(path).enumerated() {
            index.replace(document: Int64(key), in: 1, passages: [IndexedPassage(key: Int64(key), title: "", heading: "", body: text)])
        }
        print(index.passageCount)
    }

    private static func document(_ number: Int, _ corpus: inout Corpus) -> DocumentPassages {
        let passages = (0..<10).map { IndexedPassage(key: Int64(number * 10 + $0), title: "", heading: "", body: corpus.text(250...290)) }
        return DocumentPassages(partition: 1, document: Int64(number), passages: passages)
    }

    private func make(chunks: Int) {
        var corpus = Corpus(vocabulary: 200_000, seed: 5)
        var seconds = 0.0
        for first in stride(from: 0, to: chunks / 10, by: 50) {
            let documents = (first..<min(first + 50, chunks / 10)).map { Self.document($0, &corpus) }
            seconds += milliseconds { index.replace(documents) } / 1000
        }
        print(seconds)
    }

    private func search(limit: Int) {
        for query in queries {
            var hits: [LexicalHit] = []
            let time = milliseconds { hits = index.search(query, partitions: [1], limit: limit) }
            print(time, hits.map { String($0.key) }.joined(separator: " "))
        }
    }

    private func busy(limit: Int) {
        let index = index
        let replacing = Thread {
            var corpus = Corpus(vocabulary: 200_000, seed: 6)
            while !Thread.current.isCancelled {
                index.replace((0..<20).map { _ in Self.document(Int.random(in: 0..<1000), &corpus) })
            }
        }
        replacing.start()
        for query in queries { print(milliseconds { _ = index.search(query, partitions: [1], limit: limit) }) }
        replacing.cancel()
    }

    private func memory() throws {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let bytes = ["VmRSS", "RssAnon"].map { name in
            let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
            return (line?.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }.first ?? 0) * 1024
        }
        print(bytes[0], bytes[1])
    }
}
