import ArgumentParser
import Foundation
import JSON
import LoquatClient

struct Eval: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure the server on test sets.",
        discussion: """
            Prints figures as JSON. The set is read into a collection of its own in a temporary data directory.

            Example:
              loquat eval retrieval my-test-set/
            """,
        subcommands: [Retrieval.self])

    struct Retrieval: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "How well passages are found: nDCG@10, recall@10 and MRR over judged queries.",
            discussion: """
                DIR holds corpus.jsonl ({_id, title, text} a line), queries.jsonl ({_id, text}) and qrels/*.tsv (query, document,
                grade; a header line is skipped). With several files of judgements, --qrels names one.

                Example:
                  loquat eval retrieval scifact/ --qrels train
                """)

        @Argument(help: "The test set's folder.")
        var directory: String

        @Option(help: "The judgements to use: a file in qrels/, without .tsv.")
        var qrels: String?

        @Option(help: "hybrid, lexical or dense.")
        var mode: String = "hybrid"

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let set = try RetrievalTestSet(directory: directory, qrels: qrels)
            var settings = try await common.settings()
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("loquat-eval-\(UUID().uuidString)")
            settings.dataDirectory = folder.path
            defer { try? FileManager.default.removeItem(at: folder) }  // reason: the system cleans its temporary folder anyway
            let mode = mode
            let figures = try await LocalServer.withClient(settings, makesData: true) { try await RetrievalEvaluation(set: set, mode: mode).run($0) }
            Output.line(figures.text)
        }
    }
}
