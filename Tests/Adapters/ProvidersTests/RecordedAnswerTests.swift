import Conversation
import Generation
import JSON
import TestSupport
import Testing

@testable import Providers

/// Streams of ten vendors, cut in every way.
@Suite(.enabled(if: RecordedAnswer.isHere, "../shared/data/wire-fixtures is not here: 21 recorded streams are not tried"))
struct RecordedAnswerTests {
    @Test func everyRecordingIsThere() {
        #expect(RecordedAnswer.streams.count == 21)
        #expect(RecordedAnswer.bodies.count > 10)
    }

    @Test(arguments: RecordedAnswer.streams)
    func aStreamAsItWasRecorded(_ recording: RecordedAnswer) throws {
        var decoder = ChatCompletionStreamDecoder()
        let pieces = try decoder.feed(recording.bytes)
        #expect(pieces.text == recording.text)
        #expect(decoder.isDone)
        let end = try decoder.end()
        #expect(end.finishReason == recording.finishReason)
        #expect(end.usage == recording.usage)
        #expect(end.model?.isEmpty == false)
    }

    @Test(arguments: RecordedAnswer.bodies)
    func anAnswerThatCameWhole(_ recording: RecordedAnswer) throws {
        let body = try JSONParser.parse(recording.bytes)
        let response = try ChatCompletionResponse(body)
        #expect(response.pieces.text == recording.text)
        #expect(response.pieces.last == .chunk(body))
        #expect(response.end.finishReason == recording.finishReason)
        #expect(response.end.usage == recording.usage)
    }

    @Test(arguments: RecordedAnswer.streams)
    func toolCallsArePassedOnAndTextIsNotRepeated(_ recording: RecordedAnswer) throws {
        var decoder = ChatCompletionStreamDecoder()
        var names: [String] = []
        for case .chunk(let chunk) in try decoder.feed(recording.bytes) {
            let delta = chunk["choices"]?[0]?["delta"]
            #expect(delta?["content"]?.string == nil)
            #expect(chunk["usage"] == nil)
            names += (delta?["tool_calls"]?.array ?? []).compactMap { $0["function"]?["name"]?.string }.filter { !$0.isEmpty }
        }
        #expect(names == recording.toolNames)
    }

    /// What a decoder makes of the bytes after a place depends on its state there alone, so it is enough to cut each event at each
    /// of its bytes and to go on with the rest of the event. Of a long recording the events at both ends are cut.
    @Test(arguments: RecordedAnswer.streams)
    func cutAtEachByte(_ recording: RecordedAnswer) throws {
        let cutFrames = 6
        var decoder = ChatCompletionStreamDecoder()
        for (index, frame) in recording.frames.enumerated() {
            let before = decoder
            let whole = try decoder.feed(frame)
            guard index < cutFrames || index >= recording.frames.count - cutFrames else { continue }
            for place in frame.indices {
                var cut = before
                let first = try cut.feed(frame[..<place])
                let rest = try cut.feed(frame[place...])
                if !first.isEmpty || rest != whole { Issue.record("cut at byte \(place) of event \(index)") }
                if place == frame.count / 2 { #expect(cut.isDone == decoder.isDone) }
            }
        }
    }

    @Test(arguments: RecordedAnswer.streams)
    func cutAtRandom(_ recording: RecordedAnswer) throws {
        let bytes = recording.bytes
        for seed in 0..<4 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            var decoder = ChatCompletionStreamDecoder()
            var pieces: [GenerationPiece] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let size = Int.random(in: 0...400, using: &random)
                pieces += try decoder.feed(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            #expect(pieces.text == recording.text, "seed \(seed)")
            #expect(try decoder.end().usage == recording.usage, "seed \(seed)")
        }
    }

    /// Byte by byte: until its closing event is whole, a stream that ends is broken.
    @Test(arguments: RecordedAnswer.streams)
    func brokenOffAtEachByte(_ recording: RecordedAnswer) throws {
        let closing = try closingOffset(of: recording)
        var decoder = ChatCompletionStreamDecoder()
        var pieces: [GenerationPiece] = []
        for (index, byte) in recording.bytes.enumerated() {
            pieces += try decoder.feed(CollectionOfOne(byte))
            let isFinished = (try? decoder.end()) != nil
            if isFinished != (index + 1 >= closing) { Issue.record("after \(index + 1) bytes; the closing event ends at \(closing)") }
        }
        #expect(pieces.text == recording.text)
    }

    /// Where the first event with a finish reason ends.
    private func closingOffset(of recording: RecordedAnswer) throws -> Int {
        var offset = 0
        for frame in recording.frames {
            offset += frame.count
            let data = frame.dropFirst("data: ".utf8.count)
            if data.starts(with: "[DONE]".utf8) { break }
            if try JSONParser.parse(data)["choices"]?[0]?["finish_reason"]?.string != nil { break }
        }
        return offset
    }
}

extension [GenerationPiece] {
    /// The plain text of the pieces, joined.
    var text: String { reduce(into: "") { text, piece in if case .text(let part) = piece { text += part } } }
}
