import Conversation
import Generation
import JSON
import Testing

@testable import Providers

/// Streams that no recording has: those that fail, break off or are odd.
struct ChatCompletionStreamDecoderTests {
    private func chunk(_ text: String, index: Int = 0, finishReason: String? = nil) -> String {
        let choice: JSONValue = [
            "index": .number(JSONNumber(index)), "delta": ["content": .string(text)],
            "finish_reason": finishReason.map(JSONValue.string) ?? .null,
        ]
        return event(String(decoding: JSONValue.object(["choices": [choice]]).bytes, as: UTF8.self))
    }

    private func event(_ data: String, name: String? = nil) -> String { (name.map { "event: \($0)\n" } ?? "") + "data: \(data)\n\n" }

    private func decode(_ stream: String) throws -> (pieces: [GenerationPiece], end: Result<GenerationEnd, TurnFailure>) {
        var decoder = ChatCompletionStreamDecoder()
        let pieces = try decoder.feed(stream.utf8)
        return (pieces, Result { () throws(TurnFailure) in try decoder.end() })
    }

    private func failure(_ stream: String) throws -> TurnFailure? {
        if case .failure(let failure) = try decode(stream).end { failure } else { nil }
    }

    // MARK: Ends

    @Test func aFinishReasonWithoutDoneIsAnEnd() throws {
        let end = try decode(chunk("all", finishReason: "stop")).end.get()
        #expect(end == GenerationEnd(finishReason: .stop))
    }

    @Test func doneWithoutAFinishReasonIsAnEnd() throws {
        #expect(try decode(chunk("all") + event("[DONE]")).end.get().finishReason == .stop)
    }

    @Test func neitherIsABrokenStream() throws {
        #expect(try failure("") == ChatCompletionStreamDecoder.broken)
        #expect(try failure(chunk("half")) == ChatCompletionStreamDecoder.broken)
        #expect(try failure(chunk("half") + "data: [DONE]\n") == ChatCompletionStreamDecoder.broken)
    }

    @Test func anEmptyFinishReasonIsNone() throws {
        #expect(try failure(chunk("half", finishReason: "")) == ChatCompletionStreamDecoder.broken)
    }

    @Test(arguments: ["length", "model_length"])
    func theLimitWasReached(reason: String) throws {
        #expect(try decode(chunk("cut", finishReason: reason) + event("[DONE]")).end.get().finishReason == .length)
    }

    @Test(arguments: ["error", "abort", "insufficient_system_resource"])
    func anAnswerThatTheProviderGaveUpIsNoEnd(reason: String) throws {
        let stream = chunk("half") + chunk("", finishReason: reason) + event("[DONE]")
        #expect(try failure(stream) == ChatCompletionStreamDecoder.broken)
        #expect(try decode(stream).pieces == [.text("half")])
    }

    @Test func severalAnswersEndWhenEachHasEnded() throws {
        let first = chunk("a", index: 0) + chunk("b", index: 1) + chunk("", index: 0, finishReason: "length")
        #expect(try failure(first) == ChatCompletionStreamDecoder.broken)
        let both = try decode(first + chunk("", index: 1, finishReason: "stop"))
        #expect(try both.end.get().finishReason == .length)
        #expect(both.pieces.text == "a")
        let others = both.pieces.compactMap { if case .chunk(let value) = $0 { value["choices"]?[0]?["index"]?.int } else { nil } }
        #expect(others == [1, 1])
    }

    @Test func whatFollowsTheEndIsNotRead() throws {
        let decoded = try decode(chunk("a", finishReason: "stop") + event("[DONE]") + chunk("b") + event("not JSON"))
        #expect(decoded.pieces == [.text("a")])
        #expect(try decoded.end.get().finishReason == .stop)
    }

    // MARK: Failures

    @Test(arguments: [
        #"{"error":{"message":"overloaded","type":"server_error","code":503}}"#, #"{"error":"overloaded"}"#,
        #"{"object":"error","message":"overloaded","code":500}"#,
    ])
    func anErrorAfterStatus200(error: String) throws {
        let stream = chunk("half") + event(error) + event("[DONE]")
        let found = try failure(stream)
        #expect(found?.code == "provider_error")
        #expect(found?.message == "The model's provider failed: overloaded.")
        #expect(found?.retryable == true)
        #expect(try decode(stream).pieces == [.text("half")])
    }

    @Test func anErrorByItsName() throws {
        #expect(try failure(event(#"{"message":"no\nroom"}"#, name: "error"))?.message == "The model's provider failed: no room.")
        #expect(try failure(event("{}", name: "error"))?.message == "The model's provider failed: no reason given.")
        #expect(try failure(event("upstream gone", name: "error") + event("[DONE]")) == ChatCompletionStreamDecoder.broken)
    }

    @Test func anErrorAfterTheFinishReasonIsAFailure() throws {
        #expect(try failure(chunk("all", finishReason: "stop") + event(#"{"error":{"message":"late"}}"#))?.code == "provider_error")
    }

    @Test func anErrorThatIsNullIsNone() throws {
        let stream = event(#"{"error":null,"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}"#)
        #expect(try decode(stream).pieces == [.text("a")])
        #expect(try failure(stream) == nil)
    }

    @Test func whatIsNoJSONBreaksTheStream() throws {
        let stream = chunk("half") + event("{\"choices\":[") + chunk("", finishReason: "stop")
        #expect(try failure(stream) == ChatCompletionStreamDecoder.broken)
        #expect(try decode(stream).pieces == [.text("half")])
    }

    @Test func aFailureIsTheSameHoweverTheBytesAreCut() throws {
        let stream = Array((chunk("one") + chunk("two") + event(#"{"error":{"message":"gone"}}"#) + event("[DONE]")).utf8)
        for place in 0...stream.count {
            var decoder = ChatCompletionStreamDecoder()
            let pieces = try decoder.feed(stream[..<place]) + decoder.feed(stream[place...])
            #expect(pieces == [.text("one"), .text("two")])
            #expect(throws: TurnFailure.self) { try decoder.end() }
        }
    }

    @Test func bytesThatAreNoUTF8AreReplaced() throws {
        let marker = Array(chunk("a~b", finishReason: "stop").utf8)
        let bytes = marker.flatMap { $0 == UInt8(ascii: "~") ? [0xff, 0xc3] : [$0] }
        for place in 0...bytes.count {
            var decoder = ChatCompletionStreamDecoder()
            let pieces = try decoder.feed(bytes[..<place]) + decoder.feed(bytes[place...])
            #expect(pieces.text == "a\u{fffd}\u{fffd}b")
            #expect(try decoder.end().finishReason == .stop)
        }
    }

    // MARK: Pieces

    @Test func contentInPartsIsText() throws {
        let thinking = #"{"choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"a"}]}}]}"#
        let pieces = try decode(event(thinking) + chunk("b", finishReason: "stop")).pieces
        #expect(pieces.text == "ab")
        guard pieces.count == 3, case .chunk(let chunk) = pieces[1] else {
            Issue.record("\(pieces)")
            return
        }
        #expect(chunk["choices"]?[0]?["delta"]?["content"] == [["type": "thinking", "thinking": "hm"]])
    }

    @Test func probabilitiesAreKeptBesideTheText() throws {
        let stream = event(#"{"choices":[{"index":0,"delta":{"content":"a"},"logprobs":{"content":[]},"finish_reason":"stop"}],"usage":null}"#)
        let expected: JSONValue = ["choices": [["index": 0, "logprobs": ["content": []], "delta": [:], "finish_reason": nil]]]
        #expect(try decode(stream).pieces == [.text("a"), .chunk(expected)])
    }

    @Test func theLastUsageCounts() throws {
        let stream =
            event(#"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#) + chunk("a", finishReason: "stop")
            + event(#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}"#) + event(#"{"choices":[],"usage":null}"#)
        #expect(try decode(stream).end.get().usage == TokenUsage(promptTokens: 3, completionTokens: 4))
    }

    @Test func theModelIsTheFirstThatHasAName() throws {
        let stream = event(#"{"model":"","choices":[]}"#) + event(#"{"model":"m1","choices":[]}"#) + event(#"{"model":"m2","choices":[]}"#)
        #expect(try decode(stream + event("[DONE]")).end.get().model == "m1")
    }
}
