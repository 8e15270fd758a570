import ArgumentParser
import JSON
import LoquatClient
import TimeOrdered

struct Log: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a session's log, event by event.",
        discussion: """
            Any session of the data directory: whoever runs this owns it. With --json, one JSON object a line.

            Examples:
              loquat log 019a3f0e-6c1e-7a52-9d0e-1f2a3b4c5d6e
              loquat log 019a3f0e-6c1e-7a52-9d0e-1f2a3b4c5d6e --after 40 --json
            """)

    /// Events in one answer: a long log is never in memory as a whole.
    private static let pageSize = 20

    @Argument(help: "The session's id.")
    var session: String

    @Flag(help: "Print each event as JSON.")
    var json = false

    @Option(help: "Begin after this event.")
    var after = 0

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard UUIDv7(session) != nil else { throw ValidationError("\(Output.printable(session)) is no session's id.") }
        guard after >= 0 else { throw ValidationError("--after must not be negative.") }
    }

    func run() async throws {
        let (id, first, json, width) = (session, after, json, Output.width ?? LogLine.defaultWidth)
        try await LocalServer.withClient(try await common.settings()) { client in
            var seen = first
            while true {
                let page = try await client.request("GET", "/local/sessions/\(id)/log?after=\(seen)&limit=\(Self.pageSize)")
                for event in page["items"]?.array ?? [] { Output.line(json ? event.text : LogLine(event, width: width).text) }
                guard let next = page["next_cursor"]?.string.flatMap({ Int($0) }), next > seen else { return }
                seen = next
            }
        }
    }
}

/// One event for people: a line that says which, and one that says what.
struct LogLine {
    static let defaultWidth = 100
    private static let indent = "       "
    /// Of a group's id, whose last digits are by chance.
    private static let groupDigits = 8

    let text: String

    /// - Parameters:
    ///   - event: as `GET …/log` gives it.
    ///   - width: columns of a line.
    init(_ event: JSONValue, width: Int) {
        let seq = "\(event["seq"]?.int ?? 0)"
        let number = String(repeating: " ", count: max(0, 5 - seq.count)) + seq
        let group = event["group"]?.string.map { "  group \($0.suffix(Self.groupDigits))" } ?? ""
        let kind = event["kind"]?.string ?? ""
        let head = "\(number)  \(event["created_at"]?.string ?? "")  \(kind)\(group)"
        let essence = Self.firstLine(Self.essence(of: kind, event["payload"] ?? .null), width: max(20, width - Self.indent.count))
        text = Output.printable(head) + (essence.isEmpty ? "" : "\n\(Self.indent)\(essence)")
    }

    private static func essence(of kind: String, _ payload: JSONValue) -> String {
        func text(_ name: String) -> String { payload[name]?.string ?? "" }
        switch kind {
        case "session.created": return "\(text("kind")) “\(text("title"))”"
        case "message.user": return "user\(payload["supersedes"] == nil ? "" : ", in other words"): \(text("content"))"
        case "turn.opened":
            if payload["continues"]?.bool == true { return "goes on with turn \(text("regenerated_from"))" }
            return payload["regenerated_from"] == nil ? "an answer begins" : "another version of turn \(text("regenerated_from"))"
        case "sources.frozen": return "\(payload["sources"]?.array?.count ?? 0) sources, \(text("cascade_tier"))"
        case "message.assistant":
            let failure = payload["failure"]?["code"]?.string.map { " (\($0))" } ?? ""
            return "assistant, \(text("status"))\(failure): \(text("content"))"
        case "group.closed": return text("outcome")
        case "line.rewound": return "\(text("branch")): back to turn \(text("turn_id"))"
        case "line.restored": return "the rewinding of seq \(payload["rewound"]?.int ?? 0) is undone: on to turn \(text("turn_id"))"
        case "turn.selected": return "turn \(text("turn_id")) is the current version"
        case "branch.created": return "“\(text("name"))” at turn \(text("turn_id"))"
        case "branch.renamed": return "“\(text("name"))” is “\(text("new_name"))”"
        case "branch.switched": return "to “\(text("name"))”"
        case "turn.hidden": return "turn \(text("turn_id")) is \(payload["hidden"]?.bool == true ? "left out of prompts" : "taken in again")"
        case "turn.rated": return "turn \(text("turn_id")): \(payload["rating"]?.string ?? "taken back") \(text("reason")) \(text("text"))"
        case "title.made": return "“\(text("title"))”"
        case "session.shared": return "by a link, up to turn \(text("turn_id"))"
        case "session.unshared": return "the link is taken back"
        case "audit": return "\(text("action")) \(text("target_kind")) \(text("target_id"))"
        // Small events say it best themselves.
        default: return payload.text
        }
    }

    private static func firstLine(_ text: String, width: Int) -> String {
        let rest = text.drop { $0.isWhitespace }
        let line = rest.prefix { !$0.isNewline }
        let shown = Output.printable(String(line)).replacing("\t", with: " ")
        let isAll = shown.count <= width && rest[line.endIndex...].allSatisfy { $0.isWhitespace }
        return isAll ? shown : "\(shown.prefix(width - 1))…"
    }
}
