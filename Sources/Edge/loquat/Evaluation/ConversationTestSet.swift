import Foundation
import JSON

/// Conversations over a corpus: judged last turns, and dialogues that are marked answerable or not.
struct ConversationTestSet: Sendable {
    static let answerable = "ANSWERABLE"

    let documents: [RetrievalTestSet.Document]
    let queries: [(id: String, turns: [String])]
    let judgements: [String: [String: Int]]
    let dialogues: [(label: String, turns: [String])]

    /// - Parameters:
    ///   - queries: a file of `{_id, text}` lines, the text a user's turns, a line each, the last of them asked now; nil takes the one whose
    ///     name ends in `questions.jsonl`.
    ///   - qrels: as of a `RetrievalTestSet`.
    init(directory: String, queries name: String?, qrels: String?) throws {
        documents = try RetrievalTestSet.documents(directory)
        judgements = try RetrievalTestSet.judgements(directory, qrels)
        // reason: said in other words below
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).filter { $0.hasSuffix("questions.jsonl") }
        guard let file = name ?? (files.count == 1 ? files[0] : nil) else {
            throw CommandFailure("Name the file of conversations in \(directory) with --queries.")
        }
        let judged = judgements
        queries = try RetrievalTestSet.lines("\(directory)/\(file)").compactMap { line in
            guard let id = line["_id"]?.string, judged[id] != nil else { return nil }
            let turns = (line["text"]?.string ?? "").split(whereSeparator: \.isNewline).map(String.init)
            return turns.isEmpty ? nil : (id, turns)
        }
        guard !queries.isEmpty else { throw RetrievalTestSet.nothingJudged("\(directory)/\(file)") }
        let tasks = "\(directory)/tasks_open.jsonl"
        dialogues =
            !FileManager.default.fileExists(atPath: tasks)
            ? []
            : try RetrievalTestSet.lines(tasks).compactMap { line in
                guard let label = line["answerability"]?.array?.first?.string else { return nil }
                let turns = (line["input"]?.array ?? []).filter { $0["speaker"]?.string == "user" }.compactMap { $0["text"]?.string }
                return turns.isEmpty ? nil : (label, turns)
            }
    }
}
