import ArgumentParser
import Foundation
import JSON
import LoquatClient

struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make conversations of exported files.",
        discussion: """
            Reads what `loquat export` wrote, ChatGPT's conversations.json, and Open WebUI's export of chats; - is standard input. A line is \
            printed for each conversation: its id, its title, and how many messages it has. Conversations of Loquat keep their ids where \
            nobody has them. Exits with 1 where a file is refused; the files beside it are taken in.

            Examples:
              loquat import conversations.json
              loquat import router.jsonl --user ann@example.com
              gunzip -c conversations.jsonl.gz | loquat import -
            """)

    /// Conversations that the server lists of one file that is not its own.
    private static let listed = 1_000
    /// Seconds in which another import may end.
    private static let patience = 600

    @Argument(help: "Files; - is standard input.")
    var files: [String]

    @Option(help: "The e-mail address of whose they are to be; without it, the owner.")
    var user: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        // Where none can be read, no data directory is made either.
        if let first = files.first, !files.contains(where: Self.isReadable) { throw Self.unreadable(first) }
        let escaped = user.map { $0.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? $0 }
        let (files, path) = (files, "/local/import" + (escaped.map { "?user=\($0)" } ?? ""))
        let refused = try await LocalServer.withClient(try await common.settings(), makesData: true) { client in
            var refused = 0
            for file in files {
                do { try await Self.take(file, path, client) } catch let failure as CommandFailure {
                    Output.note(failure.description)
                    refused += 1
                }
            }
            return refused
        }
        if refused > 0 { throw ExitCode(1) }
    }

    private static func isReadable(_ file: String) -> Bool { file == "-" || FileManager.default.isReadableFile(atPath: file) }

    private static func unreadable(_ file: String) -> CommandFailure { CommandFailure("There is nothing to read at \(Output.printable(file)).") }

    private static func take(_ name: String, _ path: String, _ client: Client) async throws {
        guard isReadable(name) else { throw unreadable(name) }
        let file = try ImportFile(name)
        defer { file.end() }
        let first = try await file.next()
        guard var sessions = ImportSessions(first: first, of: file) else {
            let parts = ImportParts(first: first, file: file)
            return show(try await told(name) { try await client.send(path, parts: parts, mediaType: "application/json") }, name)
        }
        while let session = try await sessions.next() {
            let before = sessions.linesBefore
            let place = before == 0 ? "" : "In the session that begins at line \(before + 1): "
            let made = try await told(name, place) {
                try await admitted { try await client.send(path, bytes: session, mediaType: "application/jsonl") }
            }
            show(made, name)
        }
    }

    /// Waits while as many imports run as may: a file that is given up in its middle would be taken in twice.
    private static func admitted(_ send: () async throws -> JSONValue) async throws -> JSONValue {
        for _ in 0..<patience {
            do { return try await send() } catch let failure as Client.Failure where failure.status == 429 {
                // reason: the server says no more than that it is busy; asked again that often at the most
                try await Task.sleep(for: .seconds(1))
            }
        }
        return try await send()
    }

    /// - Throws: `CommandFailure` for a file that is refused, what else went wrong as it is.
    private static func told(_ name: String, _ place: String = "", _ send: () async throws -> JSONValue) async throws -> JSONValue {
        do { return try await send() } catch let failure as Client.Failure where failure.code != "no_such_user" {
            throw CommandFailure("\(Output.printable(name)): \(place)\(failure)")
        }
    }

    private static func show(_ made: JSONValue, _ name: String) {
        let items = made["items"]?.array ?? []
        for item in items {
            let count = item["message_count"]?.int ?? 0
            let title = Output.printable(item["title"]?.string ?? "").replacing("\n", with: " ")
            Output.line("\(item["id"]?.string ?? "")  \(title)  \(count) \(count == 1 ? "message" : "messages")")
        }
        if items.count == listed { Output.note("\(Output.printable(name)): these are the first \(listed); all others were made too.") }
        if let skipped = made["skipped"]?.string { Output.note("\(Output.printable(name)): \(Output.printable(skipped))") }
    }
}
