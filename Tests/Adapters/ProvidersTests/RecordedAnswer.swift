import Conversation
import JSON
import TestSupport

/// An answer of a vendor that speaks OpenAI's chat completions, with what a decoder should get out of it.
struct RecordedAnswer: Sendable, CustomStringConvertible {
    private static let folder = "wire-fixtures"
    static let isHere = SharedData.isHere("\(folder)/expected.jsonl")

    let path: String
    /// The recording cut after each event of the stream; one piece where the answer came whole.
    let frames: [[UInt8]]
    let text: String
    let usage: TokenUsage?
    let finishReason: FinishReason
    /// Tools that the model called, in their order.
    let toolNames: [String]

    var description: String { path }
    var bytes: [UInt8] { frames.flatMap { $0 } }

    private init?(_ expected: JSONValue, isStream: Bool) throws {
        guard expected["api"]?.string == "openai-chat", expected["stream"]?.bool == isStream, expected["error"]?.isNull == true,
            let path = expected["file"]?.string
        else { return nil }
        self.path = path
        frames = try Self.frames(of: path, isStream: isStream)
        text = expected["text"]?.string ?? ""
        usage = expected["usage"]?["input_tokens"]?.int.map {
            TokenUsage(promptTokens: $0, completionTokens: expected["usage"]?["output_tokens"]?.int ?? 0)
        }
        finishReason = expected["finish"]?.string == "length" ? .length : .stop
        toolNames = (expected["tool_calls"]?.array ?? []).compactMap { $0["name"]?.string }
    }

    /// The recordings with the ending `.chunks.txt` hold one event a line without its framing.
    private static func frames(of path: String, isStream: Bool) throws -> [[UInt8]] {
        let text = try SharedData.text("\(folder)/\(path)")
        guard isStream else { return [Array(text.utf8)] }
        let events =
            path.hasSuffix(".chunks.txt")
            ? text.split(separator: "\n").map { "data: \($0)" } + ["data: [DONE]"]
            : text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init)
        return events.map { Array("\($0)\n\n".utf8) }
    }

    private static func all(isStream: Bool) -> [RecordedAnswer] {
        guard isHere, let lines = try? SharedData.text("\(folder)/expected.jsonl").split(separator: "\n") else { return [] }
        return lines.compactMap { try? RecordedAnswer(JSONParser.parse($0.utf8), isStream: isStream) }
    }

    /// None where the files are not here; a test counts them.
    static let streams = all(isStream: true)
    static let bodies = all(isStream: false)
}
