import ArgumentParser
import Foundation
import JSON
import LoquatClient
import TimeOrdered

/// What a backup says of itself.
struct FoundBackup {
    let createdAt: Timestamp
    let productVersion: String
    let files: Int
    let bytes: Int
    let problems: Int
}

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a data directory from a backup, and check it.",
        discussion: """
            The data directory must not be there yet, or be empty. Every file is compared with what the backup says of it; the backup is \
            only read. Turns that were running when it was made are closed as interrupted, with the text that they had. Exits with 1 where \
            nothing was restored, and where the log in it is not whole.

            Example:
              loquat restore /backups/loquat-2026-11-21 --data-dir /var/lib/loquat-restored
            """)

    @Argument(help: "The folder that `loquat backup` made.")
    var folder: String

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard !folder.isEmpty else { throw ValidationError("FOLDER must name a backup.") }
    }

    func run() async throws {
        let settings = try await common.settings()
        try LoquatProcess.restore(URL(fileURLWithPath: folder).standardizedFileURL.path, to: settings) { backup in
            Output.note(
                "The backup is of \(backup.createdAt), by Loquat \(Output.printable(backup.productVersion)): \(backup.files) files, "
                    + "\(ByteCount(backup.bytes)).")
            if backup.problems > 0 { Output.note("Its log was not whole when the backup was made: \(backup.problems) problems.") }
        }
        // Opened once: what was running is closed, and what is left to be done shows now and not at the first start.
        let (verification, rebuild) = try await LocalServer.withClient(settings) { client -> (JSONValue, JSONValue) in
            let verification = try await client.request("POST", "/local/verify")
            // What a log that was changed folds to says nothing of the copy.
            guard verification["valid"]?.bool == true else { return (verification, JSONValue.null) }
            return (verification, try await client.request("POST", "/local/rebuild?check=true"))
        }
        for line in ReportLines.verification(verification) { Output.line(line) }
        if !rebuild.isNull { for line in ReportLines.rebuild(rebuild, repaired: false) { Output.line(line) } }
        Output.line("Restored to \(settings.dataDirectory). To start it: loquat serve --data-dir \(settings.dataDirectory)")
        guard rebuild["differing"]?.array?.isEmpty == true, rebuild["damaged"]?.array?.isEmpty == true else { throw ExitCode(1) }
    }
}
