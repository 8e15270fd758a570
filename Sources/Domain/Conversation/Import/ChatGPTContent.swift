import JSON

/// The text of a message by its `content_type`.
struct ChatGPTContent {
    /// What only a model or a tool says to itself.
    private static let unseen: Set<String> = [
        "execution_output", "thoughts", "reasoning_recap", "user_editable_context", "model_editable_context", "system_error",
        "tether_browsing_display", "tether_quote", "computer_output",
    ]
    private static let audio: Set<String> = ["audio_asset_pointer", "real_time_user_audio_video_asset_pointer"]

    /// Empty for what is not shown.
    let text: String
    private let isCode: Bool

    /// - Returns: nil for what is of no known shape.
    init?(_ content: JSONValue?) {
        guard let content, content.object != nil else { return nil }
        let kind = content["content_type"]?.string ?? "text"
        isCode = kind == "code"
        if Self.unseen.contains(kind) {
            text = ""
        } else if isCode {
            guard let code = content["text"]?.string ?? content["parts"]?.array.map(Self.joined) else { return nil }
            text = code.saysSomething ? Self.fenced(code, language: content["language"]?.string) : ""
        } else {
            guard let found = content["parts"]?.array.map(Self.joined) ?? content["text"]?.string else { return nil }
            text = found
        }
    }

    /// What is addressed to a tool is no part of the conversation, but for code that it runs or writes down.
    func isShown(to recipient: String?) -> Bool {
        guard let recipient, recipient != "all" else { return true }
        return isCode && (recipient == "python" || recipient.hasPrefix("canmore"))
    }

    private static func joined(_ parts: [JSONValue]) -> String {
        // Speech comes as what was said and as its sound.
        let isWritten = parts.contains { $0["content_type"] == "audio_transcription" }
        return parts.compactMap { part -> String? in
            if let text = part.string { return text.isEmpty ? nil : text }
            if let text = part["text"]?.string { return text.isEmpty ? nil : text }
            guard let kind = part["content_type"]?.string else { return nil }
            if audio.contains(kind) { return isWritten ? nil : "[audio]" }
            return kind == "image_asset_pointer" ? "[image]" : kind.hasPrefix("video") ? "[video]" : "[attachment]"
        }.joined(separator: "\n")
    }

    /// A block of code, fenced by more backticks than stand in it.
    private static func fenced(_ code: String, language: String?) -> String {
        var (longest, run) = (0, 0)
        for byte in code.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        let fence = String(repeating: "`", count: max(3, longest + 1))
        let isName = language.map { $0.utf8.count <= 20 && $0 != "unknown" && $0.utf8.allSatisfy { isPartOfName($0) } } ?? false
        return "\(fence)\(isName ? language ?? "" : "")\n\(code)\(code.hasSuffix("\n") ? "" : "\n")\(fence)"
    }

    private static func isPartOfName(_ byte: UInt8) -> Bool {
        (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte) || "+-_#.".utf8.contains(byte)
    }
}
