package import JSON
package import TimeOrdered

/// A session as our own export has it.
package struct ExportedSession: Sendable {
    package struct Event: Sendable {
        package let payload: JSONObject
        package let kind: EventKind
        package let group: GroupID?
        package let createdAt: Timestamp
    }

    package let id: SessionID
    package private(set) var events: [Event] = []
}

/// Reads the sessions of our own export one after the other. A line is looked for when it is its turn: a file that is refused at its second
/// line costs no more than two.
package struct OwnExportReader: Sendable {
    /// Events of one session at the most.
    private static let eventLimit = 2_000_000
    /// Bytes of one line at the most. A message that came by OpenAI's door stands in its line twice, as its words and in its request; the
    /// rest is room for what stands around them.
    package static let lineLimit = 2 * UserMessage.contentLimit + (8 << 20)

    private let bytes: [UInt8]
    private let lineLimit: Int
    /// Where the next line begins.
    private var position = 0
    private var number = 0

    /// - Parameter lineLimit: bytes of one line at the most.
    package init(_ bytes: [UInt8], lineLimit: Int = OwnExportReader.lineLimit) {
        self.bytes = bytes
        self.lineLimit = lineLimit
        position = ExportElements.start(of: bytes)
    }

    /// The next session; nil at the file's end.
    /// - Throws: `ImportError` with the line where it is not what was exported.
    package mutating func next() throws(ImportError) -> ExportedSession? {
        guard let (head, bytes) = try line() else { return nil }
        guard head["format"]?.string == ExportFormat.name, let id = head["session_id"]?.string.flatMap({ UUIDv7($0) }) else {
            throw broken("a session should begin here")
        }
        guard head["version"]?.int == ExportFormat.version else { throw broken("this version of the format is not known: a newer Loquat reads it") }
        var session = ExportedSession(id: id)
        var seal = ExportSeal()
        seal.add(line: bytes)
        while let (line, bytes) = try line() {
            if line["end"]?.bool == true {
                guard line["events"]?.int == session.events.count, line["sha256"]?.string == seal.hex else {
                    throw broken("the session is not what was exported: a line is missing or was changed")
                }
                return session
            }
            try session.add(event(line, seq: session.events.count + 1))
            seal.add(line: bytes)
            if session.events.count > Self.eventLimit { throw broken("the session has more than \(Self.eventLimit) events") }
        }
        throw broken("the file breaks off within a session")
    }

    private mutating func line() throws(ImportError) -> (JSONObject, ArraySlice<UInt8>)? {
        skipEmptyLines()
        guard position < bytes.count else { return nil }
        number += 1
        let rest = bytes[position...].prefix(lineLimit + 1)
        let end = rest.firstIndex(of: ExportFormat.newline) ?? rest.endIndex
        guard end - position <= lineLimit else { throw broken("it has more than \(lineLimit) bytes") }
        var found = bytes[position..<end]
        // An editor may have changed the ends of lines, and nothing else.
        if found.last == UInt8(ascii: "\r") { found.removeLast() }
        position = end
        var reason = ""
        do {
            let value = try JSONParser.parse(found, depthLimit: EventPayload.depthLimit + 1, valueLimit: ConversationImport.valueLimit)
            if case .object(let line) = value { return (line, found) }
        } catch {
            reason = " (\(error.reason))"
        }
        skipEmptyLines()
        throw broken((position == bytes.count ? "the file breaks off here, or this is no JSON object" : "this is no JSON object") + reason)
    }

    private mutating func skipEmptyLines() {
        while position < bytes.count, bytes[position] == ExportFormat.newline { position += 1 }
    }

    private func event(_ line: JSONObject, seq: Int) throws(ImportError) -> ExportedSession.Event {
        guard line["seq"]?.int == seq else { throw broken("the event should have seq \(seq)") }
        guard let kind = line["kind"]?.string.flatMap(EventKind.init), kind != .audit else { throw broken("there is no event of this kind") }
        guard let time = line["created_at"]?.string.flatMap(Timestamp.init), case .object(let payload)? = line["payload"] else {
            throw broken("the event has no time or no payload")
        }
        var group: GroupID?
        if let text = line["group"]?.string {
            guard let id = UUIDv7(text) else { throw broken("the group is no id") }
            group = id
        }
        return .init(payload: payload, kind: kind, group: group, createdAt: time)
    }

    private func broken(_ reason: String) -> ImportError { ImportError(code: "broken_export", message: "Line \(number): \(reason).") }
}

extension ExportedSession {
    fileprivate mutating func add(_ event: Event) throws(ImportError) { events.append(event) }
}
