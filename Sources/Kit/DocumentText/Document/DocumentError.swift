/// Why a document could not be read: a stable code and a sentence that says what to do.
public struct DocumentError: Error, Sendable, Hashable, Codable {
    public let code: String
    public let message: String

    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}

extension DocumentError {
    static func encrypted(_ format: DocumentFormat) -> DocumentError {
        DocumentError(code: "encrypted_document", message: "The \(format.name) asks for a password. Upload it without one.")
    }

    static func broken(_ format: DocumentFormat, _ reason: String) -> DocumentError {
        DocumentError(
            code: "broken_document", message: "The file is damaged or is no \(format.name): \(reason). Open it, save it anew and upload that.")
    }

    static let tooMuchText = DocumentError(
        code: "too_much_text", message: "The document has more than \(DocumentBuilder.textLimit) characters of text. Divide it.")
    static let empty = DocumentError(code: "empty_document", message: "There is no text in the document.")
    static let noText = DocumentError(
        code: "no_text", message: "The PDF's pages are pictures without text. Run text recognition (OCR) over it and upload the result.")
    static let notText = DocumentError(
        code: "not_text", message: "The file is not text. Upload it under its own type, or save it as text.")
    static let nestedTooDeeply = DocumentError(
        code: "nested_too_deeply", message: "The document's parts are nested too deeply. Save it in a plainer form.")

    static func tooLargeUnpacked(_ limit: Int) -> DocumentError {
        DocumentError(
            code: "too_large_unpacked", message: "The file unpacks to more than \(limit) bytes, which is more than is read. Divide it.")
    }

    static func tooManyCells(_ limit: Int) -> DocumentError {
        DocumentError(code: "too_many_cells", message: "The tables have more than \(limit) cells. Divide the document.")
    }

    /// What the process that reads ran into, told by the one that waits for it.
    public static let tookTooLong = DocumentError(
        code: "reading_took_too_long", message: "Reading the document took longer than is allowed. Divide it, or save it in a plainer form.")
    public static let outOfMemory = DocumentError(
        code: "out_of_memory", message: "Reading the document needs more memory than is allowed. Divide it, or save it in a plainer form.")
    public static let crashed = DocumentError(
        code: "broken_document", message: "The file is damaged in a way that stops its reader. Open it, save it anew and upload that.")
}
