import Conversation
import Foundation
import JSON
import TimeOrdered

/// A log in a file, as a version of the program wrote it, and the rows that it folds to.
struct GoldenLog {
    static let folder = (1...2).reduce(URL(fileURLWithPath: #filePath)) { path, _ in path.deletingLastPathComponent() }
        .appendingPathComponent("GoldenLogs")

    struct Missing: Error, CustomStringConvertible {
        let path: String

        var description: String { "\(path) is not there: run this test with UPDATE_GOLDEN=1, which writes what is missing" }
    }

    private let name: String

    init(_ name: String) { self.name = name }

    private var log: URL { Self.folder.appendingPathComponent("\(name).jsonl") }
    private var rows: URL { Self.folder.appendingPathComponent("\(name).rows.json") }

    private func bytes(of file: URL) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: file.path) else { throw Missing(path: file.path) }
        return Array(data)
    }

    func lines() throws -> [GoldenLine] { try bytes(of: log).split(separator: UInt8(ascii: "\n")).map { try GoldenLine(Array($0)) } }

    /// What the log folds to.
    func expected() throws -> JSONValue { try JSONParser.parse(bytes(of: rows)) }

    // MARK: Writing

    /// Writes the files that are not there. One that is there is for ever.
    func writeMissing(_ events: [LogEvent]) throws {
        try write(events.flatMap(GoldenLine.bytes), to: log)
        try write(GoldenRows(folding: events).bytes, to: rows)
    }

    private func write(_ bytes: [UInt8], to file: URL) throws {
        guard !FileManager.default.fileExists(atPath: file.path) else { return }
        try Data(bytes).write(to: file, options: .atomic)
    }
}

/// One event as it stands in a file.
struct GoldenLine {
    struct NoPayload: Error {}

    private struct Frame: Decodable {
        let seq: Int
        let kind: String
        let group: UUIDv7?
        let createdAt: Int
        let hash: String
    }

    let seq: Int
    let kind: String
    /// As they stand in the file.
    let payload: [UInt8]
    let group: GroupID?
    let createdAt: Timestamp
    let hash: String

    init(_ line: [UInt8]) throws {
        let frame = try decodeJSON(Frame.self, from: line, depthLimit: EventPayload.depthLimit + 1)
        // After the payload, the name of the next member stands once.
        guard let start = line.firstRange(of: Array(#","payload":"#.utf8))?.upperBound,
            let end = line.ranges(of: Array(#","group":"#.utf8)).last?.lowerBound, start < end
        else { throw NoPayload() }
        payload = Array(line[start..<end])
        seq = frame.seq
        kind = frame.kind
        group = frame.group
        createdAt = Timestamp(milliseconds: Int64(frame.createdAt))
        hash = frame.hash
    }

    static func bytes(_ event: LogEvent) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw(#"{"seq":"#)
        writer.int(event.seq)
        writer.raw(#","kind":"#)
        writer.string(event.kind.rawValue)
        writer.raw(#","payload":"#)
        writer.raw(event.payload)
        writer.raw(#","group":"#)
        if let group = event.group { writer.string("\(group)") } else { writer.raw("null") }
        writer.raw(#","created_at":"#)
        writer.int(Int(event.createdAt.milliseconds))
        writer.raw(#","hash":"#)
        writer.string(event.hash.hex)
        writer.raw("}\n")
        return writer.bytes
    }
}
