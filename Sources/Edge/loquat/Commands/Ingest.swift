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
            only where it changed; one of the same name in the collection is replaced. On a terminal there is a progress bar; otherwise
            one JSON line for each document, whose `outcome` is created, replaced or unchanged.

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
        guard files.contains(where: \.isReadable) else { throw Self.nothingReadable(files, showsBar: showsBar) }
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

    /// Tells of each; no collection is made for them.
    private static func nothingReadable(_ files: [IngestFiles.File], showsBar: Bool) -> ExitCode {
        var progress = IngestProgress(total: files.count, showsBar: showsBar)
        for file in files { progress.show(failed(file, code: "unreadable", "There is no such file, or it may not be read.")) }
        progress.end()
        return ExitCode(1)
    }

    /// Uploads one file and waits until it is read. What fails is told in the answer.
    private static func ingest(_ file: IngestFiles.File, into collection: String, _ client: Client) async throws -> JSONValue {
        do {
            let contents = try file.contents()
            let uploaded = try await client.upload(
                "/api/v1/documents", filename: file.name, contents: contents,
                mediaType: file.isStandardInput ? "text/plain" : "application/octet-stream",
                fields: ["collection_id": collection])
            return try await finished(uploaded, file, client)
        } catch let failure as Client.Failure {
            return failed(file, code: failure.code, failure.detail)
        } catch let error as CocoaError {
            return failed(file, code: "unreadable", error.localizedDescription)
        } catch let error where !(error is CancellationError) {
            return failed(
                file, code: "server_gone", "The server went away (\(error)). Run the command again: what was read already is not read twice.")
        }
    }

    private static func failed(_ file: IngestFiles.File, code: String, _ message: String) -> JSONValue {
        [
            "file": .string(file.name), "status": "failed", "title": .string(file.name),
            "error": ["code": .string(code), "message": .string(message)],
        ]
    }

    private static func finished(_ uploaded: Client.Uploaded, _ file: IngestFiles.File, _ client: Client) async throws -> JSONValue {
        var last = uploaded.document
        if last["status"]?.string != "ready" {
            try await client.stream("/api/v1/documents/\(last["id"]?.string ?? "")/events") { event in
                last = try JSONParser.parse(event.data.utf8)
                return last["status"]?.string == "queued" || last["status"]?.string == "processing"
            }
        }
        // Its title comes with its text: one that was not read is known by its file.
        let title = last["title"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? file.name
        return [
            "file": .string(file.name), "id": last["id"] ?? .null, "status": last["status"] ?? .null,
            "outcome": uploaded.outcome.map(JSONValue.string) ?? .null, "title": .string(title),
            "chunk_count": last["chunk_count"] ?? .null, "error": last["error"] ?? .null,
        ]
    }
}
