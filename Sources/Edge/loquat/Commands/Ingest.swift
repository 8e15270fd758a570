import ArgumentParser
import Foundation
import JSON
import LoquatClient
import ServerSentEvents

struct Ingest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read documents into a collection.",
        discussion: """
            Files, folders (with all below them), globs, and - for text on standard input. A file that was read before is read again
            only where it changed. On a terminal there is a progress bar; otherwise one JSON line for each document.

            Examples:
              loquat ingest handbook/ --collection handbook
              loquat ingest 'notes/*.md' report.html --collection notes
              pandoc paper.tex -t plain | loquat ingest - --collection papers
            """)

    @Argument(help: "Files, folders, globs, or -.")
    var paths: [String]

    @Option(help: "The collection's name; made where it is not there.")
    var collection: String

    @OptionGroup var common: CommonOptions

    private static let parallel = 4

    func run() async throws {
        let files = IngestFiles.find(paths)
        guard !files.isEmpty else { throw CommandFailure("There is nothing to read at \(paths.joined(separator: ", ")).") }
        let (name, showsBar) = (collection, Output.isTerminal)
        let failed = try await LocalServer.withClient(try await common.settings(), makesData: true) { client in
            let id = try await Collections.id(named: name, client, creating: true)
            var progress = IngestProgress(total: files.count, showsBar: showsBar)
            try await withThrowingTaskGroup(of: JSONValue.self) { group in
                var rest = files[...]
                for file in rest.prefix(Self.parallel) { group.addTask { try await Self.ingest(file, into: id, client) } }
                rest = rest.dropFirst(Self.parallel)
                while let done = try await group.next() {
                    progress.show(done)
                    if let next = rest.popFirst() { group.addTask { try await Self.ingest(next, into: id, client) } }
                }
            }
            progress.end()
            return progress.failed
        }
        if failed > 0 { throw ExitCode(1) }
    }

    /// Uploads one file and waits until it is read. What fails is told in the answer.
    private static func ingest(_ file: IngestFiles.File, into collection: String, _ client: Client) async throws -> JSONValue {
        do {
            let contents = try file.contents()
            let document = try await client.upload(
                "/api/v1/documents", filename: file.name, contents: contents,
                mediaType: file.isStandardInput ? "text/plain" : "application/octet-stream",
                fields: ["collection_id": collection])
            return try await finished(document, file, client)
        } catch let failure as Client.Failure {
            return ["file": .string(file.name), "status": "failed", "error": ["code": .string(failure.code), "message": .string(failure.detail)]]
        } catch let error as CocoaError {
            return ["file": .string(file.name), "status": "failed", "error": ["code": "unreadable", "message": .string(error.localizedDescription)]]
        }
    }

    private static func finished(_ document: JSONValue, _ file: IngestFiles.File, _ client: Client) async throws -> JSONValue {
        var last = document
        if document["status"]?.string != "ready" {
            try await client.stream("/api/v1/documents/\(document["id"]?.string ?? "")/events") { event in
                last = try JSONParser.parse(event.data.utf8)
                return last["status"]?.string == "queued" || last["status"]?.string == "processing"
            }
        }
        return [
            "file": .string(file.name), "id": last["id"] ?? .null, "status": last["status"] ?? .null, "title": last["title"] ?? .null,
            "chunk_count": last["chunk_count"] ?? .null, "error": last["error"] ?? .null,
        ]
    }
}

/// Shows documents as they are done.
struct IngestProgress {
    let total: Int
    let showsBar: Bool
    private(set) var done = 0
    private(set) var failed = 0

    private static let width = 30

    init(total: Int, showsBar: Bool) {
        self.total = total
        self.showsBar = showsBar
    }

    mutating func show(_ document: JSONValue) {
        done += 1
        let isFailed = document["status"]?.string == "failed"
        if isFailed { failed += 1 }
        guard showsBar else { return Output.line(document.text) }
        if isFailed {
            Output.progress("\r\u{1b}[K\(document["file"]?.string ?? ""): \(document["error"]?["message"]?.string ?? "failed")\n")
        }
        let filled = Self.width * done / max(1, total)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
        Output.progress("\r\u{1b}[K\(bar) \(done)/\(total) \(document["title"]?.string ?? "")")
    }

    func end() {
        guard showsBar else { return }
        Output.progress("\r\u{1b}[K")
        Output.line("\(done - failed) of \(total) documents are ready.")
    }
}
