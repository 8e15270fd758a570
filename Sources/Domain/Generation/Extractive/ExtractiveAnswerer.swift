import Conversation
import Retrieval

/// Answers without a model: picks what the sources state that speaks most of the question, puts it in the sources' order and marks each
/// sentence with its source's number. Its usage is estimated as prompts are.
package struct ExtractiveAnswerer: LanguageModel {
    package static let modelName = "extractive"
    package static let noAnswer = "The sources do not hold an answer to this question."
    /// It reads the question and the sources themselves.
    package var readsMessages: Bool { false }

    package init() {}

    package func generate(_ request: GenerationRequest, deliver: ([GenerationPiece]) async throws -> Void) async throws -> GenerationEnd {
        let statements = SentencePicker(sources: request.sources, question: request.question).best()
        if statements.isEmpty {
            try await deliver([.text(Self.noAnswer)])
        }
        var said: [String] = []
        var isAfterList = false
        for statement in statements {
            let number = request.sources[statement.source].number
            if !statement.text.isEmpty {
                try Task.checkCancellation()
                try await deliver([.text((said.isEmpty ? "" : isAfterList ? "\n\n" : " ") + Self.marked(statement.text, number, ending: "."))])
                said.append(statement.text)
            }
            let items = Self.shown(statement.itemTexts)
            for item in items {
                try Task.checkCancellation()
                try await deliver([.text((said.isEmpty ? "" : "\n") + "- " + Self.marked(item, number, ending: ""))])
                said.append(item)
            }
            if items.count < statement.itemTexts.count { try await deliver([.text("\n- …")]) }
            isAfterList = !items.isEmpty
        }
        let answer = statements.isEmpty ? Self.noAnswer : said.joined(separator: " ")
        let read = [request.question] + request.sources.map(\.content)
        let usage = TokenUsage(
            promptTokens: read.map(PromptBudget.tokens).reduce(0, +), completionTokens: PromptBudget.tokens(in: answer))
        return GenerationEnd(finishReason: .stop, usage: usage, model: Self.modelName)
    }

    /// A list's items as many as an answer has room for: this many, or Unicode scalars.
    private static let listLimit = (items: 10, length: 600)

    private static func shown(_ items: [String]) -> ArraySlice<String> {
        var length = 0
        let fitting = items.prefix { item in
            length += item.unicodeScalars.count
            return length <= listLimit.length
        }
        return items.prefix(min(max(1, fitting.count), listLimit.items))
    }

    /// `Hold the button for ten seconds [1].` A bracketed number that the source itself has is no marker: it is put in parentheses. A backtick
    /// that closes nothing would make code of what follows.
    private static func marked(_ sentence: String, _ number: Int, ending end: String) -> String {
        var text = escapingMarkers(sentence.split(whereSeparator: \.isWhitespace).joined(separator: " "))
        var ending = ""
        while let last = text.last, ".!?…。！？:".contains(last) {
            ending = String(last) + ending
            text.removeLast()
        }
        return "\(text) [\(number)]\(ending.isEmpty ? end : ending)"
    }

    private static func escapingMarkers(_ text: String) -> String {
        let isUneven = !text.unicodeScalars.count { $0 == "`" }.isMultiple(of: 2)
        let scalars = text.unicodeScalars.map { isUneven && $0 == "`" ? "'" : $0 }
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
