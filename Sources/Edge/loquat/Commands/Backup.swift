import ArgumentParser
import Foundation
import JSON
import LoquatClient
import ServerSentEvents

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy everything that is kept to a folder, while the server runs.",
        discussion: """
            The folder must not be there yet, or be empty; it appears once the copy is whole and checked. Exits with 1 where there is no \
            backup, and where the log in it is not whole.

            Examples:
              loquat backup /backups/loquat-$(date +%F) --data-dir /var/lib/loquat
              loquat restore /backups/loquat-2026-11-21 --data-dir /var/lib/loquat-restored
            """)

    @Argument(help: "The folder to make.")
    var folder: String

    @Flag(help: "Print what was copied as one JSON object.")
    var json = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard !folder.isEmpty else { throw ValidationError("FOLDER must name a folder.") }
    }

    func run() async throws {
        let (place, json) = (URL(fileURLWithPath: folder).standardizedFileURL.path, json)
        let report = try await LocalServer.withClient(try await common.settings()) { client in
            try await Self.copy(to: place, client) { part in if !json { Output.note(part) } }
        }
        let verification = report["verification"] ?? .null
        if json { Output.line(report.text) } else { Self.show(report, verification) }
        guard verification["valid"]?.bool == true else { throw ExitCode(1) }
    }

    private static func copy(to place: String, _ client: Client, progress: (String) -> Void) async throws -> JSONValue {
        var report: JSONValue?
        try await client.stream("/local/backup", body: ["folder": .string(place)]) { event in
            let data = try JSONParser.parse(event.data.utf8)
            switch event.name {
            case "progress": progress("\(data["part"]?.string ?? ""): \(size(data))")
            case "done": report = data
            case "error": throw CommandFailure(data["message"]?.string ?? "The backup failed.")
            default: break
            }
            return true
        }
        guard let report else { throw CommandFailure("The server went away before the backup was whole; there is none.") }
        return report
    }

    private static func size(_ data: JSONValue) -> String {
        let files = data["files"]?.int ?? 0
        return "\(files) \(files == 1 ? "file" : "files"), \(ByteCount(data["bytes"]?.int ?? 0))"
    }

    private static func show(_ report: JSONValue, _ verification: JSONValue) {
        for line in ReportLines.verification(verification) { Output.line(line) }
        let missing = report["missing_uploads"]?.int ?? 0
        if missing > 0 { Output.note("\(missing) files of documents went while they were copied; their texts are in the backup.") }
        Output.line("Backup \(report["folder"]?.string ?? ""): \(size(report)), \(report["documents"]?.int ?? 0) documents.")
        guard verification["valid"]?.bool != true else { return }
        Output.note("The backup is as the data directory is: its log is not whole. The events that are named above were changed there.")
    }
}
