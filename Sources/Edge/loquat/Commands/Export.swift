import ArgumentParser
import Foundation
import JSON
import LoquatClient
import TimeOrdered

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a conversation, or all of them, as JSON Lines.",
        discussion: """
            Any session of the data directory: whoever runs this owns it. `loquat import` makes the same of it again: a digest ends each \
            session, by which a file that was cut off or changed is known. The file appears once it is whole.

            Examples:
              loquat export 019a3f0e-6c1e-7a52-9d0e-1f2a3b4c5d6e --output router.jsonl
              loquat export --all --output conversations.jsonl
              loquat export --all | gzip > conversations.jsonl.gz
            """)

    @Argument(help: "The session's id.")
    var session: String?

    @Flag(help: "Every conversation of everybody.")
    var all = false

    @Option(help: "The file to make; without it, standard output.")
    var output: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        switch (session, all) {
        case (nil, false): throw ValidationError("Name a session, or say --all for every conversation.")
        case (_?, true): throw ValidationError("Name a session or say --all, not both.")
        case (let text?, false): guard UUIDv7(text) != nil else { throw ValidationError("\(Output.printable(text)) is no session's id.") }
        case (nil, true): break
        }
        guard output?.isEmpty != true else { throw ValidationError("--output must name a file.") }
    }

    func run() async throws {
        let path = session.map { "/local/sessions/\($0)/export" } ?? "/local/export"
        let settings = try await common.settings()
        let file = try ExportFile(output)
        do {
            try await LocalServer.withClient(settings) { client in
                try await client.download(path) { try file.add($0) }
            }
            try file.keep()
        } catch {
            file.discard()
            if error is Client.Failure || error is CommandFailure { throw error }
            throw CommandFailure("The export broke off (\(error)). \(output == nil ? "What was written is not whole." : "No file was made.")")
        }
    }
}
