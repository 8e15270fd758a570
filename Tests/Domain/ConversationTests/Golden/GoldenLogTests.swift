import Conversation
import Foundation
import JSON
import Testing
import TimeOrdered

/// What a version of the program wrote is read by every later one as it was meant; see `GoldenLogs/README.md`.
struct GoldenLogTests {
    private static let logs: [String: @Sendable () throws -> GoldenBuilder] = [
        "v1-linear": { try GoldenBuilder.linear() }, "v2-lines": { try GoldenBuilder.lines() }, "v2-copied": { try GoldenBuilder.copied() },
        "v2-workspace": { try GoldenBuilder.workspaceLog() },
    ]

    private static let names = logs.keys.sorted()

    /// With `UPDATE_GOLDEN` set, the files that are missing are written, once before any test reads them.
    private static let written: Result<Void, any Error> = Result {
        guard ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil else { return }
        for (name, build) in logs { try GoldenLog(name).writeMissing(build().events) }
    }

    private static func log(_ name: String) throws -> GoldenLog {
        try written.get()
        return GoldenLog(name)
    }

    /// The events as a store would read them.
    private func events(_ log: GoldenLog) throws -> [LogEvent] {
        let text = try log.expected()["session"]?["id"]?.string ?? ""
        let session = try #require(UUIDv7(text))
        return try log.lines().map { line in
            LogEvent(
                sessionID: session, seq: line.seq, kind: try #require(EventKind(rawValue: line.kind)), payload: line.payload, group: line.group,
                createdAt: line.createdAt, hash: EventHash(bytes: try Self.bytes(hex: line.hash)))
        }
    }

    private static func bytes(hex text: String) throws -> [UInt8] {
        let digits = try text.map { digit in try #require(digit.hexDigitValue) }
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    @Test(arguments: names)
    func theChainHolds(_ name: String) throws {
        let events = try events(Self.log(name))
        #expect(events.count > 2)
        #expect(events.map(\.seq) == Array(1...events.count))
        let session = try #require(events.first?.sessionID)
        var previous = EventHash.beginning(of: session)
        for event in events {
            let hash = EventHash(
                after: previous, seq: event.seq, kind: event.kind.rawValue, group: event.group, createdAt: event.createdAt, payload: event.payload)
            #expect(hash == event.hash, "event \(event.seq)")
            previous = event.hash
        }
    }

    @Test(arguments: names)
    func eachPayloadIsReadAndWrittenAsItStands(_ name: String) throws {
        for event in try events(Self.log(name)) {
            let written = try event.decodedPayload().encoded()
            #expect(String(decoding: written, as: UTF8.self) == String(decoding: event.payload, as: UTF8.self), "event \(event.seq)")
        }
    }

    @Test(arguments: names)
    func theRowsAreWhatTheyWere(_ name: String) throws {
        let log = try Self.log(name)
        let (expected, rows) = (try log.expected(), try GoldenRows(folding: events(log)))
        #expect(GoldenRows.differences(expected, rows.json) == [])
    }

    /// A kind that is new needs a log that holds it.
    @Test func everyKindStandsInALog() throws {
        let kinds = try Self.names.flatMap { try Self.log($0).lines().map(\.kind) }
        #expect(Set(kinds) == Set(EventKind.allCases.map(\.rawValue)))
    }

    /// What came with lines is in no log that was written before.
    @Test func theFirstVersionKnowsNothingOfLines() throws {
        let lines = try Self.log("v1-linear").lines()
        let kinds = ["session.created", "session.updated", "message.user", "turn.opened", "sources.frozen", "message.assistant", "group.closed"]
        #expect(Set(lines.map(\.kind)) == Set(kinds))
        for line in lines {
            let payload = try #require(try JSONParser.parse(line.payload).object)
            for name in ["supersedes", "asked", "regenerated_from", "continues", "instructions", "prompt_version", "branched_from", "copied_events"] {
                #expect(!payload.members.contains { $0.name == name }, "event \(line.seq): \(name)")
            }
        }
    }

    @Test func aChangedFileIsNoticed() throws {
        let log = try Self.log("v2-lines")
        var expected = try #require(try log.expected().object)
        let rows = try GoldenRows(folding: events(log)).json
        #expect(GoldenRows.differences(.object(expected), rows) == [])
        expected["session"] = ["title": "another", "branch": "main"]
        #expect(GoldenRows.differences(.object(expected), rows) == [#"/session/title is "My fruit", and was "another""#])
        expected["session"] = ["gone": nil]
        #expect(GoldenRows.differences(.object(expected), rows) == ["/session/gone is missing, and was null"])
    }
}
