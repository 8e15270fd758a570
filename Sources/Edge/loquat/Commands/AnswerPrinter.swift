import JSON
import LoquatClient
import ServerSentEvents

/// Prints an answer as it is streamed, and its cited sources below it.
enum AnswerPrinter {
    struct Shown: Sendable {
        var session: String?
        var sources: [JSONValue] = []
        var citations: [JSONValue] = []
    }

    /// - Parameter shown: filled as the answer comes, also one that fails.
    static func stream(_ body: JSONValue, to path: String = "/api/v1/chat", _ client: Client, into shown: inout Shown) async throws {
        try await client.stream(path, body: body) { event in
            let data = try JSONParser.parse(event.data.utf8)
            switch event.name {
            case "session": shown.session = data["session_id"]?.string
            case "sources": shown.sources = data["sources"]?.array ?? []
            case "delta": Output.text(Output.printable(data["delta"]?.string ?? ""))
            case "citation": shown.citations.append(data)
            case "error": throw CommandFailure(data["message"]?.string ?? "The answer failed.")
            default: break
            }
            return true
        }
        Output.line("")
        let lines = CitedSources(sources: shown.sources, citations: shown.citations).lines
        if !lines.isEmpty { Output.line(([""] + lines).joined(separator: "\n")) }
    }
}
