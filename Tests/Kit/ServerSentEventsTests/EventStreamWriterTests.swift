import ServerSentEvents
import TestSupport
import Testing

struct EventStreamWriterTests {
    private func read(_ bytes: [UInt8]) throws -> [StreamedEvent] {
        var parser = EventStreamParser()
        return try parser.feed(bytes)
    }

    private func written(_ data: String, name: String? = nil, id: String? = nil) -> [UInt8] {
        var writer = EventStreamWriter()
        writer.event(name, id: id, data: Array(data.utf8))
        return writer.bytes
    }

    @Test func writesFieldsInOrder() {
        #expect(String(decoding: written("x", name: "delta", id: "t:1"), as: UTF8.self) == "event: delta\nid: t:1\ndata: x\n\n")
        #expect(String(decoding: written("x"), as: UTF8.self) == "data: x\n\n")
        #expect(String(decoding: written("a\nb\n"), as: UTF8.self) == "data: a\ndata: b\ndata: \n\n")
        #expect(String(decoding: written(""), as: UTF8.self) == "data: \n\n")
    }

    @Test(arguments: [
        "", "x", " ", " leading", "  two", "trailing ", "\t", "a\nb", "\n", "\n\n", "\na", "a\n", "a\n\nb", "a\u{0}b", "\u{0}", "😀👩‍👩‍👧‍👦",
        "é\ne\u{301}",
        "data: x", ": not a comment", "event: y\nid: 9\nretry: 1", "\u{feff}x", "\u{2028}\u{2029}\u{85}", "{\"a\":\"b\\n\"}",
    ])
    func dataArrivesUnchanged(data: String) throws {
        let events = try read(written(data, name: "token", id: "turn:3"))
        #expect(events.count == 1)
        let event = try #require(events.first)
        #expect(Array(event.data.utf8) == Array(data.utf8))
        #expect(event.name == "token")
        #expect(event.id == "turn:3")
    }

    @Test func carriageReturnsArriveAsLineFeeds() throws {
        let known = [
            "a\rb": "a\nb", "a\r\nb": "a\nb", "\r": "\n", "\r\n": "\n", "a\r": "a\n", "a\n\rb": "a\n\nb", "\r\r\n\n": "\n\n\n",
            "a\r\n": "a\n",
        ]
        for (data, wanted) in known {
            let events = try read(written(data))
            #expect(events == [StreamedEvent(data: wanted)])
        }
    }

    @Test(arguments: [UInt64(1), 2])
    func manyEventsArriveInOrder(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let pieces = ["a", " ", "\n", "\u{0}", "é", "😀", ":", "data", "\u{feff}", "\t", "\"", "0"]
        var writer = EventStreamWriter(reserving: 0)
        var wanted: [StreamedEvent] = []
        for number in 0..<400 {
            var data = ""
            for _ in 0..<Int.random(in: 0..<12, using: &random) { data += pieces[Int.random(in: pieces.indices, using: &random)] }
            let name = Bool.random(using: &random) ? "name\(number % 3)" : nil
            if Bool.random(using: &random) { writer.comment(" still here") }
            writer.event(name, id: "t:\(number)", data: Array(data.utf8))
            wanted.append(StreamedEvent(name: name ?? "message", data: data, id: "t:\(number)"))
        }
        #expect(try read(writer.bytes) == wanted)
    }

    @Test func commentsAreNotEvents() throws {
        var writer = EventStreamWriter()
        writer.comment(" keep-alive")
        #expect(String(decoding: writer.bytes, as: UTF8.self) == ": keep-alive\n")
        #expect(try read(writer.bytes).isEmpty)
        writer.event(data: Array("x".utf8))
        writer.comment("")
        #expect(try read(writer.bytes) == [StreamedEvent(data: "x")])
    }

    @Test func noMarkStandsBeforeTheStream() {
        #expect(EventStreamWriter().bytes.isEmpty)
        #expect(written("\u{feff}").first == UInt8(ascii: "d"))
    }
}
