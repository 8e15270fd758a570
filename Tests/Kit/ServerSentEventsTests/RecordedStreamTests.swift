import ServerSentEvents
import TestSupport
import Testing

/// The format tests of web-platform-tests, each stream cut in every way.
@Suite(.enabled(if: SharedData.isHere("sse-wpt/cases.json"), "../shared/data/sse-wpt is not here: 16 streams are not tried"))
struct RecordedStreamTests {
    @Test func everyStreamIsThere() { #expect(RecordedStream.all.count == 16) }

    @Test(arguments: RecordedStream.all)
    func whole(_ stream: RecordedStream) throws {
        var parser = EventStreamParser()
        #expect(try parser.feed(stream.bytes) == stream.events)
        #expect(parser.retryMilliseconds == stream.retryMilliseconds)
    }

    @Test(arguments: RecordedStream.all)
    func byteByByte(_ stream: RecordedStream) throws {
        var parser = EventStreamParser()
        var events: [StreamedEvent] = []
        for byte in stream.bytes { events += try parser.feed(CollectionOfOne(byte)) }
        #expect(events == stream.events)
        #expect(parser.retryMilliseconds == stream.retryMilliseconds)
    }

    @Test(arguments: RecordedStream.all)
    func cutAtEachPlace(_ stream: RecordedStream) throws {
        for place in 0...stream.bytes.count {
            var parser = EventStreamParser()
            var events = try parser.feed(stream.bytes[..<place])
            events += try parser.feed(stream.bytes[place...])
            if events != stream.events { Issue.record("cut at \(place): \(events)") }
        }
    }

    /// An event that the stream's end cuts off is not counted as seen, or it would be missed after reconnecting.
    @Test(arguments: RecordedStream.all)
    func resumesAfterTheLastWholeEvent(_ stream: RecordedStream) throws {
        var parser = EventStreamParser()
        _ = try parser.feed(stream.bytes)
        #expect(parser.lastEventID == stream.lastEventID)
    }
}
