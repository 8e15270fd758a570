import Foundation
import JSON
import ServerSentEvents
import TestSupport

/// A stream of `sse-wpt/cases.json` with what it should give.
struct RecordedStream: Sendable, CustomStringConvertible {
    let name: String
    let bytes: [UInt8]
    let events: [StreamedEvent]
    let retryMilliseconds: Int?

    var description: String { name }

    /// What a client that reconnects after the stream should send: the id of the last event that was whole.
    var lastEventID: String { events.last?.id ?? "" }

    private struct Misshapen: Error {}

    private init(_ value: JSONValue) throws {
        guard let name = value["name"]?.string, let text = value["stream_base64"]?.string, let data = Data(base64Encoded: text),
            let expected = value["expected"]?.array
        else { throw Misshapen() }
        self.name = name
        bytes = Array(data)
        events = try expected.map { event in
            guard let type = event["type"]?.string, let data = event["data"]?.string, let id = event["lastEventId"]?.string else {
                throw Misshapen()
            }
            return StreamedEvent(name: type, data: data, id: id)
        }
        retryMilliseconds = value["retry"]?.int
    }

    /// None where the file is not here or has another shape; a test counts them.
    static let all: [RecordedStream] = {
        guard let bytes = try? SharedData.bytes("sse-wpt/cases.json"), let value = try? JSONParser.parse(bytes) else { return [] }
        return (try? (value["cases"]?.array ?? []).map(RecordedStream.init)) ?? []
    }()
}
