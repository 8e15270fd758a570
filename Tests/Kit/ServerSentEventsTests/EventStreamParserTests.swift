import ServerSentEvents
import TestSupport
import Testing

struct EventStreamParserTests {
    private func events(_ chunks: [UInt8]..., limit: Int = EventStreamParser.defaultEventLimit) throws -> [StreamedEvent] {
        var parser = EventStreamParser(eventLimit: limit)
        var events: [StreamedEvent] = []
        for chunk in chunks { events += try parser.feed(chunk) }
        return events
    }

    private func events(_ text: String, limit: Int = EventStreamParser.defaultEventLimit) throws -> [StreamedEvent] {
        try events(bytes(text), limit: limit)
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    // MARK: Lines and fields

    @Test(arguments: ["\n", "\r", "\r\n"])
    func eachLineBreakEndsALine(lineBreak: String) throws {
        let text = ["event: one", "id: 7", "data: a", "data: b", "", "data: c", "", ""].joined(separator: lineBreak)
        let wanted = [StreamedEvent(name: "one", data: "a\nb", id: "7"), StreamedEvent(data: "c", id: "7")]
        #expect(try events(text) == wanted)
    }

    @Test func aPairOfBytesThatIsCutIsOneLineBreak() throws {
        let wanted = [StreamedEvent(data: "a\nb")]
        #expect(try events(bytes("data:a\r"), [], bytes("\ndata:b\r"), bytes("\n\r"), bytes("\n")) == wanted)
        #expect(try events(bytes("data:a\r"), bytes("data:b\r"), bytes("\r")) == wanted)
    }

    @Test func anEventNeedsData() throws {
        #expect(try events("event: one\nid: 1\n\n\n\n").isEmpty)
        #expect(try events("event: one\n\ndata: x\n\n") == [StreamedEvent(data: "x")])
        #expect(try events("data\n\n") == [StreamedEvent(data: "")])
        #expect(try events("data: cut off").isEmpty)
        #expect(try events("data: cut off\n").isEmpty)
    }

    @Test func idsStayUntilTheyChange() throws {
        let text = "data: a\n\nid: 1\ndata: b\n\ndata: c\n\nid: 2\n\ndata: d\n\nid\ndata: e\n\nid: 3\u{0}\ndata: f\n\n"
        #expect(try events(text).map(\.id) == ["", "1", "1", "2", "", ""])
    }

    @Test func anIDCountsOnceItsEventIsWhole() throws {
        var parser = EventStreamParser()
        _ = try parser.feed(bytes("id: 1\ndata: a\n\nid: 2\ndata: b\n"))
        #expect(parser.lastEventID == "1")
        _ = try parser.feed(bytes("\n"))
        #expect(parser.lastEventID == "2")
    }

    @Test func theWaitIsReadWhereItIsAllDigits() throws {
        var parser = EventStreamParser()
        let waits = [
            ("retry: 10\n", 10), ("retry: 2x\n", 10), ("retry:\n", 10), ("retry: -1\n", 10), ("retry:99999999999999999999\n", 10),
            ("retry:7\n", 7),
        ]
        for (text, wait) in waits {
            let events = try parser.feed(text.utf8)
            #expect(events.isEmpty)
            #expect(parser.retryMilliseconds == wait, "\(text)")
        }
    }

    // MARK: Bytes

    @Test func theMarkBeforeTheStreamIsSkippedOnce() throws {
        let event = bytes("data:x\n\n")
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        #expect(try events(mark + event).count == 1)
        #expect(try events([], [0xef], [], [0xbb], [0xbf], event).count == 1)
        #expect(try events(mark + mark + event).isEmpty)
        #expect(try events([0xef], [0xbb], event).isEmpty, "half a mark belongs to the first line")
        #expect(try events(event + mark + event + event).count == 2)
    }

    @Test func bytesThatAreNotUTF8AreReplaced() throws {
        let stray = bytes("data:a") + [0xff] + bytes("b\n\n")
        #expect(try events(stray) == [StreamedEvent(data: "a\u{fffd}b")])
        let cutOff = bytes("data:") + [0xe2, 0x82] + bytes("\n\n")
        #expect(try events(cutOff) == [StreamedEvent(data: "\u{fffd}")])
        #expect(try events(bytes("data:"), [0xe2], [0x82], [0xac], bytes("\n\n")) == [StreamedEvent(data: "€")])
    }

    /// However a stream is cut, it says the same.
    @Test(arguments: [UInt64(1), 2, 3])
    func chunksMakeNoDifference(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let pieces = ["data", "event", "id", "retry", ":", " ", "\n", "\r", "\r\n", "\n\n", "é", "😀", "\u{0}", "12", "x", "\u{feff}"]
        for _ in 0..<150 {
            var text = ""
            for _ in 0..<Int.random(in: 0..<60, using: &random) { text += pieces[Int.random(in: pieces.indices, using: &random)] }
            let bytes = Array(text.utf8)
            var whole = EventStreamParser()
            let wanted = try whole.feed(bytes)
            var parser = EventStreamParser()
            var found: [StreamedEvent] = []
            var start = 0
            while start < bytes.count {
                let end = min(bytes.count, start + Int.random(in: 0...5, using: &random))
                found += try parser.feed(bytes[start..<end])
                start = end
            }
            #expect(found == wanted)
            #expect(parser.lastEventID == whole.lastEventID)
            #expect(parser.retryMilliseconds == whole.retryMilliseconds)
        }
    }

    // MARK: Limit

    @Test(arguments: [
        "data: 01234567890123456789\n\n", "data: 01234567890123456789", ": 012345678901234567890123", "012345678901234567890123\n",
    ])
    func aLineBeyondTheLimitIsRefused(text: String) {
        let error = #expect(throws: EventStreamError.self) { try events(text, limit: 20) }
        #expect(error?.limit == 20)
        #expect(error?.description.contains("20") == true)
        #expect(throws: EventStreamError.self) {
            var parser = EventStreamParser(eventLimit: 20)
            for byte in text.utf8 { _ = try parser.feed([byte]) }
        }
    }

    @Test func manyLinesOfOneEventAreCountedTogether() throws {
        let lines = String(repeating: "data: 0123456\n", count: 10)
        #expect(throws: EventStreamError.self) { try events(lines, limit: 60) }
        #expect(try events(lines + "\n", limit: 200).count == 1)
    }

    @Test func eachEventIsCountedByItself() throws {
        let text = String(repeating: ": a comment\nevent: x\ndata: 0123\n\n", count: 100)
        #expect(try events(text, limit: 20).count == 100)
    }
}
