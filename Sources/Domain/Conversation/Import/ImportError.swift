/// Why a file is no export that can be read: a stable code and a sentence that says what to do.
package struct ImportError: Error, Sendable, Hashable {
    package let code: String
    package let message: String

    package init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}

extension ImportError {
    private static let wanted = "conversations.json of ChatGPT, the file that Open WebUI exports, or one that this server exported"

    static func tooLarge(_ limit: Int) -> ImportError {
        ImportError(code: "export_too_large", message: "The file has more than \(limit) bytes. Divide it into several.")
    }

    static let empty = ImportError(code: "empty_export", message: "The file is empty.")
    static let noConversations = ImportError(code: "empty_export", message: "There are no conversations in the file.")
    static let archive = ImportError(
        code: "export_is_archive", message: "The file is an archive. Unpack it and give the conversations.json that is in it.")
    static let webPage = ImportError(
        code: "export_is_web_page", message: "The file is a web page. Beside it in the export stands conversations.json: give that.")
    static let otherEncoding = ImportError(
        code: "export_not_utf8", message: "The file is in UTF-16 or another encoding than UTF-8. Save it as UTF-8.")

    static func notJSON(_ reason: String) -> ImportError {
        ImportError(code: "export_not_json", message: "The file cannot be read as JSON (\(reason)). Give \(wanted).")
    }

    static let unknown = ImportError(
        code: "export_unknown", message: "The file is JSON of a kind that is not known here. Give \(wanted).")
}
