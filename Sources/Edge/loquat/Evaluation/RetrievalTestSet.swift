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
        guard !queries.isEmpty else { throw Self.nothingJudged("\(directory)/queries.jsonl") }
    }

    /// Figures over nothing would look like bad ones.
    static func nothingJudged(_ queries: String) -> CommandFailure {
        CommandFailure("The judgements name no query of \(queries): their first column must hold an `_id` of it, their grades be above 0.")
    }

    static func documents(_ directory: String) throws -> [Document] {
        try lines("\(directory)/corpus.jsonl").map {
            Document(id: $0["_id"]?.string ?? "", title: $0["title"]?.string ?? "", text: $0["text"]?.string ?? "")
        }
    }

    static func lines(_ path: String) throws -> [JSONValue] {
        guard let data = FileManager.default.contents(atPath: path) else { throw CommandFailure("There is no file \(path).") }
        return try data.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated().compactMap { place, line in
            guard line.contains(where: { $0 != 0x20 && $0 != 0x0d && $0 != 0x09 }) else { return nil }
            do { return try JSONParser.parse(line) } catch { throw CommandFailure("\(path), line \(place + 1): \(error).") }
        }
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
