import NIOCore
import TestSupport
import Testing

@testable import LoquatServer

struct MultipartParserTests {
    /// A part as it came out, whole.
    private struct Received: Equatable {
        var name: String?
        var filename: String?
        var contentType: String?
        var bytes: [UInt8] = []
        var isWhole = false
    }

    private struct Reading {
        let parts: [Received]
        let isComplete: Bool
    }

    /// A body with text around its parts, a file that looks like a boundary here and there, and parts that are empty.
    private static let body = Array(
        """
        what stands before\r\n--XyZ\r\nContent-Disposition: form-data; name="title"\r\n\r\nHello, \r\nworld\r\n\
        --XyZ\r\ncontent-type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name="file"; filename="a%22b.txt"\r\n\r\n\
        one\r\n--Xy\r\n\r\n--\r\n\n--XyZ \r--XyZ\r\n-XyZ--\r\r\n\r\n--XyZ\r\n\
        Content-Disposition: form-data; name="empty"\r\n\r\n\r\n--XyZ\r\n\r\nno headers\r\n--XyZ--\r\nwhat stands after --XyZ
        """.utf8)

    private static let parts = [
        Received(name: "title", bytes: Array("Hello, \r\nworld".utf8), isWhole: true),
        Received(
            name: "file", filename: "a\"b.txt", contentType: "text/plain; charset=utf-8",
            bytes: Array("one\r\n--Xy\r\n\r\n--\r\n\n--XyZ \r--XyZ\r\n-XyZ--\r\r\n".utf8), isWhole: true),
        Received(name: "empty", isWhole: true),
        Received(bytes: Array("no headers".utf8), isWhole: true),
    ]

    private func receive(_ chunks: some Sequence<ArraySlice<UInt8>>, boundary: String = "XyZ") throws -> Reading {
        var parser = MultipartParser(boundary: boundary)
        var parts: [Received] = []
        for chunk in chunks {
            for event in try parser.feed(chunk) {
                switch event {
                case .part(let part): parts.append(Received(name: part.name, filename: part.filename, contentType: part.contentType))
                case .data(let bytes): parts[parts.count - 1].bytes += bytes
                case .endOfPart: parts[parts.count - 1].isWhole = true
                }
            }
        }
        return Reading(parts: parts, isComplete: parser.isComplete)
    }

    // MARK: Chunks

    @Test func whole() throws {
        let received = try receive([Self.body[...]])
        #expect(received.parts == Self.parts)
        #expect(received.isComplete)
    }

    @Test func cutAtEachPlace() throws {
        for place in 0...Self.body.count {
            let received = try receive([Self.body[..<place], Self.body[place...]])
            if received.parts != Self.parts || !received.isComplete { Issue.record("cut at \(place): \(received)") }
        }
    }

    @Test(arguments: [1, 2, 3, 5, 7, 16])
    func inChunksOfOneSize(size: Int) throws {
        let starts = stride(from: 0, to: Self.body.count, by: size)
        let received = try receive(starts.map { Self.body[$0..<min($0 + size, Self.body.count)] })
        #expect(received.parts == Self.parts)
        #expect(received.isComplete)
    }

    @Test func asBuffersOfTheServer() throws {
        var parser = MultipartParser(boundary: "XyZ")
        var count = 0
        for event in try parser.feed(ByteBuffer(bytes: Self.body).readableBytesView) { if case .endOfPart = event { count += 1 } }
        #expect(count == 4)
        #expect(parser.isComplete)
    }

    /// Files of random bytes, rich in what a boundary begins with.
    @Test(arguments: [UInt64(1), 2, 3])
    func anyBytesInAnyChunks(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let pieces = ["\r\n--", "\r", "\n", "--", "-", "--b0", "\r\n--b0undar", "b0undary", "\u{0}", "é"].map { Array($0.utf8) }
        for _ in 0..<60 {
            var file: [UInt8] = []
            for _ in 0..<Int.random(in: 0..<40, using: &random) {
                file += pieces[Int.random(in: pieces.indices, using: &random)]
                file.append(UInt8.random(in: 0x80...0xff, using: &random))
            }
            let head = Array("--b0undary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n".utf8)
            let body = head + file + Array("\r\n--b0undary--\r\n".utf8)
            var chunks: [ArraySlice<UInt8>] = []
            var start = 0
            while start < body.count {
                let end = min(body.count, start + Int.random(in: 0...20, using: &random))
                chunks.append(body[start..<end])
                start = end
            }
            let received = try receive(chunks, boundary: "b0undary")
            #expect(received.parts == [Received(name: "file", filename: "f", bytes: file, isWhole: true)])
            #expect(received.isComplete)
        }
    }

    // MARK: Bodies that are not what they say

    @Test func aBodyThatBreaksOffIsNotComplete() throws {
        let closing = Array("\r\n--XyZ--".utf8)
        let end = try #require((0..<Self.body.count - closing.count).first { Self.body[$0...].starts(with: closing) }) + closing.count
        for count in 0..<end {
            let received = try receive([Self.body[..<count]])
            if received.isComplete { Issue.record("complete after \(count) bytes") }
        }
        #expect(try receive([Self.body[..<end]]).isComplete)
    }

    @Test func aBodyWithoutItsBoundaryHasNoParts() throws {
        let received = try receive([Self.body[...]], boundary: "other")
        #expect(received.parts.isEmpty)
        #expect(!received.isComplete)
    }

    @Test(arguments: ["--XyZjunk", "--XyZ-\r\n", "--XyZ\n\n", "--XyZ\r\n\r\nfile\r\n--XyZ!!"])
    func whatFollowsABoundaryMustEndIt(text: String) {
        #expect(throws: MultipartParser.Failure.malformed) { try receive([Array(text.utf8)[...]]) }
        #expect(throws: MultipartParser.Failure.malformed) { try receive(Array(text.utf8).map { [$0] }) }
    }

    /// However the bytes are cut: the limit is on the headers, not on what happens to be buffered.
    @Test(arguments: [1_000, 4_096, 16_384, 40_000])
    func longHeadersAreRefused(chunk: Int) {
        let long = Array("--XyZ\r\nX: \(String(repeating: "a", count: 20_000))\r\n\r\nfile\r\n--XyZ--\r\n".utf8)
        #expect(throws: MultipartParser.Failure.headersTooLarge) {
            try receive(stride(from: 0, to: long.count, by: chunk).map { long[$0..<min($0 + chunk, long.count)] })
        }
    }

    @Test func headersWithoutAnEndAreRefused() {
        let endless = Array("--XyZ\r\nX: \(String(repeating: "a", count: 20_000))".utf8)
        #expect(throws: MultipartParser.Failure.headersTooLarge) { try receive([endless[...]]) }
    }
}
