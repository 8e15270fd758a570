import Conversation
import Retrieval

/// Answers without a model: picks the sentences of the sources that speak most of the question, puts them in the sources' order and
/// marks each with its source's number. Its usage is estimated as prompts are.
package struct ExtractiveAnswerer: LanguageModel {
    package static let modelName = "extractive"
    package static let noAnswer = "The sources do not hold an answer to this question."
    /// It reads the question and the sources themselves.
    package var readsMessages: Bool { false }

    package init() {}

    package func generate(_ request: GenerationRequest, deliver: ([GenerationPiece]) async throws -> Void) async throws -> GenerationEnd {
        let sentences = SentencePicker(sources: request.sources, question: request.question).best()
        if sentences.isEmpty {
            try await deliver([.text(Self.noAnswer)])
        }
        for (index, sentence) in sentences.enumerated() {
            try Task.checkCancellation()
            try await deliver([.text((index > 0 ? " " : "") + Self.marked(sentence.text, request.sources[sentence.source].number))])
        }
        let answer = sentences.isEmpty ? Self.noAnswer : sentences.map(\.text).joined(separator: " ")
        let read = [request.question] + request.sources.map(\.content)
        let usage = TokenUsage(
            promptTokens: read.map(PromptBudget.tokens).reduce(0, +), completionTokens: PromptBudget.tokens(in: answer))
        return GenerationEnd(finishReason: .stop, usage: usage, model: Self.modelName)
    }

    /// `Hold the button for ten seconds [1].` A bracketed number that the source itself has is no marker: it is put in parentheses.
    private static func marked(_ sentence: String, _ number: Int) -> String {
        var text = escapingMarkers(sentence.split(whereSeparator: \.isWhitespace).joined(separator: " "))
        var ending = ""
        while let last = text.last, ".!?…。！？".contains(last) {
            ending = String(last) + ending
            text.removeLast()
        }
        return "\(text) [\(number)]\(ending.isEmpty ? "." : ending)"
    }

    private static func escapingMarkers(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        var index = 0
        while index < scalars.count {
            if let inside = CitationMarkers.marker(in: scalars, at: index) {
                result.append("(")
                result.append(contentsOf: scalars[inside])
                result.append(")")
                index = inside.upperBound + 1
            } else {
                result.append(scalars[index])
                index += 1
            }
        }
        return String(result)
    }
}
