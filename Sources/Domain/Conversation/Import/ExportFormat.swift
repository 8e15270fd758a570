import Crypto
import JSON
import TimeOrdered

/// Our own export: JSON Lines. A session begins with a line that names the format, has a line for each event of its log, and ends with a
/// line that counts and seals what came before, so that a file that was cut off or changed is noticed. What belongs to the server it came
/// from (the user, the workspace) is left out: it is the importer's.
package enum ExportFormat {
    package static let name = "loquat"
    package static let version = 1

    /// The members of a session's creation that are the server's own.
    private static let own: Set<String> = ["user_id", "workspace_id", "copied_events"]

    package static func head(of session: SessionID) -> [UInt8] {
        let head: JSONObject = [
            "format": .string(name), "version": .number(JSONNumber(version)), "session_id": .string(session.description),
        ]
        return JSONValue.object(head).bytes + [newline]
    }

    package static func line(_ event: LogEvent) throws -> [UInt8] {
        var payload = try JSONParser.parse(event.payload, depthLimit: EventPayload.depthLimit)
        if event.kind == .sessionCreated, case .object(let object) = payload {
            payload = .object(JSONObject(object.members.filter { !own.contains($0.name) }))
        }
        var line: JSONObject = [
            "seq": .number(JSONNumber(event.seq)), "kind": .string(event.kind.rawValue), "created_at": .string(event.createdAt.description),
        ]
        if let group = event.group { line["group"] = .string(group.description) }
        line["payload"] = payload
        return JSONValue.object(line).bytes + [newline]
    }

    /// - Parameter seal: over the head and the events.
    package static func end(events: Int, _ seal: ExportSeal) -> [UInt8] {
        JSONValue.object(["end": true, "events": .number(JSONNumber(events)), "sha256": .string(seal.hex)]).bytes + [newline]
    }

    static let newline = UInt8(ascii: "\n")
}

/// SHA-256 over a session's lines.
package struct ExportSeal: Sendable {
    private var hasher = SHA256()

    package init() {}

    /// - Parameter lines: each with its end.
    package mutating func add(_ lines: [UInt8]) { hasher.update(data: lines) }

    /// - Parameter line: without its end.
    mutating func add(line: ArraySlice<UInt8>) {
        line.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        hasher.update(data: [ExportFormat.newline])
    }

    var hex: String { hasher.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
