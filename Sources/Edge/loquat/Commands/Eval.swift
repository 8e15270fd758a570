import ArgumentParser
import Foundation
import JSON
import LoquatClient
import NIOCore
import NIOPosix

struct Eval: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure the server on test sets.",
        discussion: """
            Prints figures as JSON. The set is read into a collection of its own in a temporary data directory.

            Example:
              loquat eval retrieval my-test-set/
            """,
        subcommands: [Retrieval.self, Conversation.self, Citations.self, Ingest.self])

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

        @Option(help: "hybrid, lexical or dense; several, to compare them, with commas between.")
        var mode: String = "hybrid"

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let set = try RetrievalTestSet(directory: directory, qrels: qrels)
            let modes = mode.split(separator: ",").map(String.init)
            try await Eval.measure(common) { try await RetrievalEvaluation(set: set, modes: modes).run($0) }
        }
    }

    struct Conversation: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "How well turns of a conversation find what they mean, and whether the server knows when it does not know.",
            discussion: """
                DIR holds corpus.jsonl and qrels/*.tsv as for `retrieval`, a file of {_id, text} lines whose name ends in
                questions.jsonl, each text the user's turns so far, a line each, and may hold tasks_open.jsonl with dialogues
                {answerability: [ANSWERABLE or else], input: [{speaker, text}]}. Each is played into a session of its own.

                Example:
                  loquat eval conversation mtrag/ --qrels human
                """)

        @Argument(help: "The test set's folder.")
        var directory: String

        @Option(help: "The judgements to use: a file in qrels/, without .tsv.")
        var qrels: String?

        @Option(help: "The file of conversations.")
        var queries: String?

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let set = try ConversationTestSet(directory: directory, queries: queries, qrels: qrels)
            try await Eval.measure(common) { try await ConversationEvaluation(set: set).run($0) }
        }
    }

    struct Citations: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Whether citations are told right from wrong: of documents that tell a claim, and of others that a search finds.",
            discussion: """
                DIR holds corpus.jsonl, queries.jsonl and qrels/*.tsv as for `retrieval`; abstract_sentences.jsonl with {doc, sentences}
                lines; evidence_sentences.jsonl with {id, doc, label: SUPPORT or CONTRADICT, sentences: [number from 0]} lines. Each claim
                is put into an answer that cites a document.

                Example:
                  loquat eval citations scifact/ --qrels train
                """)

        @Argument(help: "The test set's folder.")
        var directory: String

        @Option(help: "The judgements to use: a file in qrels/, without .tsv.")
        var qrels: String?

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let set = try CitationTestSet(directory: directory, qrels: qrels)
            let settings = try await common.settings()
            let threads = NIOThreadPool(numberOfThreads: System.coreCount)
            threads.start()
            let words = try LoquatProcess.words(settings, threads: threads)
            try await Eval.measure(common) { try await CitationEvaluation(set: set, words: words).run($0) }
            try await threads.shutdownGracefully()
        }
    }

    struct Ingest: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What becomes of files that are read in, and how fast.",
            discussion: """
                DIR holds files, in folders or not. Where reference/NAME.txt says what a file should say: the share of its words that were
                found, the share of those found that are right, and whether they stand in order. Or DIR holds corpus.jsonl as for
                `retrieval`. The rate is told beside that of embedding the same chunks alone.

                Example:
                  loquat eval ingest my-files/
                """)

        @Argument(help: "The folder.")
        var directory: String

        @OptionGroup var common: CommonOptions

        func run() async throws {
            let set = try IngestTestSet(directory: directory)
            let threads = NIOThreadPool(numberOfThreads: System.coreCount)
            threads.start()
            let embedder = try LoquatProcess.words(try await common.settings(), threads: threads)
            try await Eval.measure(common) { try await IngestEvaluation(set: set, embedder: embedder).run($0) }
            try await threads.shutdownGracefully()
        }
    }

    /// Runs an evaluation on a server of its own in a temporary folder.
    private static func measure(_ common: CommonOptions, _ evaluation: @escaping @Sendable (Client) async throws -> JSONValue) async throws {
        var settings = try await common.settings()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("loquat-eval-\(UUID().uuidString)")
        settings.dataDirectory = folder.path
        defer { try? FileManager.default.removeItem(at: folder) }  // reason: the system cleans its temporary folder anyway
        Output.line(try await LocalServer.withClient(settings, makesData: true, evaluation).text)
    }
}
