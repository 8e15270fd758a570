import JSON
import LoquatClient
import ServerSentEvents
import Synchronization

/// Prints an answer as it is streamed, and its cited sources below it.
enum AnswerPrinter {
    struct Shown: Sendable {
        var session: String?
        var sources: [JSONValue] = []
        var cited: Set<Int> = []
    }

    static func stream(_ body: JSONValue, _ client: Client) async throws -> Shown {
        var shown = Shown()
        try await client.stream("/api/v1/chat", body: body) { event in
            let data = try JSONParser.parse(event.data.utf8)
            switch event.name {
            case "session": shown.session = data["session_id"]?.string
            case "sources": shown.sources = data["sources"]?.array ?? []
            case "delta": Output.text(printable(data["delta"]?.string ?? ""))
            case "citation": if let number = data["number"]?.int { shown.cited.insert(number) }
            case "error": throw CommandFailure(data["message"]?.string ?? "The answer failed.")
            default: break
            }
            return true
        }
        Output.line("")
        printSources(shown.sources.filter { shown.cited.contains($0["number"]?.int ?? 0) })
        return shown
    }

    /// Without control characters, by which a text could rule the terminal.
    private static func printable(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where scalar == "\n" || scalar == "\t" || scalar.properties.generalCategory != .control {
            scalars.append(scalar)
        }
        return String(scalars)
    }

    static func printSources(_ sources: [JSONValue]) {
        guard !sources.isEmpty else { return }
        Output.line("")
        for source in sources {
            let heading = source["section_heading"]?.string.map { " — \($0)" } ?? ""
            Output.line(printable("[\(source["number"]?.int ?? 0)] \(source["title"]?.string ?? "")\(heading)"))
        }
    }
}
