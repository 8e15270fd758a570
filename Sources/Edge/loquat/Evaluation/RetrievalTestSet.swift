import ArgumentParser
import Foundation
import JSON

/// A corpus with judged queries, in the shape of the BEIR collections.
struct RetrievalTestSet: Sendable {
    struct Document: Sendable {
        let id: String
        let title: String
        let text: String
    }

    let documents: [Document]
    let queries: [(id: String, text: String)]
    /// Grades of documents, by query.
    let judgements: [String: [String: Int]]

    init(directory: String, qrels: String?) throws {
        documents = try Self.documents(directory)
        judgements = try Self.judgements(directory, qrels)
        let judged = judgements
        queries = try Self.lines("\(directory)/queries.jsonl").compactMap { line in
            guard let id = line["_id"]?.string, judged[id] != nil else { return nil }
            return (id, line["text"]?.string ?? "")
        }
    }

    static func documents(_ directory: String) throws -> [Document] {
        try lines("\(directory)/corpus.jsonl").map {
            Document(id: $0["_id"]?.string ?? "", title: $0["title"]?.string ?? "", text: $0["text"]?.string ?? "")
        }
    }

    static func lines(_ path: String) throws -> [JSONValue] {
        guard let data = FileManager.default.contents(atPath: path) else { throw CommandFailure("There is no file \(path).") }
        return try data.split(separator: 0x0a).map { try JSONParser.parse($0) }
    }

    static func judgements(_ directory: String, _ name: String?) throws -> [String: [String: Int]] {
        let folder = "\(directory)/qrels"
        // reason: said in other words below
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".tsv") }.sorted()
        let chosen = name.map { [$0 + ".tsv"] } ?? files
        guard chosen.count == 1, let file = chosen.first, let data = FileManager.default.contents(atPath: "\(folder)/\(file)") else {
            throw CommandFailure("Name one of the judgements in \(folder) with --qrels: \(files.map { $0.dropLast(4) }.joined(separator: ", ")).")
        }
        var result: [String: [String: Int]] = [:]
        for line in String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let fields = line.split(whereSeparator: { $0 == "\t" || $0 == " " }).map(String.init)
            guard fields.count >= 3, let grade = Int(fields[fields.count - 1]), grade > 0 else { continue }
            result[fields[0], default: [:]][fields[fields.count - 2]] = grade
        }
        return result
    }
}
