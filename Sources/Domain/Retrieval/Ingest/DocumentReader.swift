package import DocumentText

/// Reads an uploaded file into a document. Whoever implements it sees to it that no file takes more time, memory or output than its limits,
/// nor anything that a turn needs.
package protocol DocumentReader: Sendable {
    /// - Parameters:
    ///   - mediaType: what the upload is filed under; the bytes have the last word.
    /// - Throws: `DocumentError` with a reason that a person can act on; `CancellationError` where the caller was cancelled.
    func read(path: String, mediaType: String, filename: String?) async throws -> ReadDocument
}

/// What was read, and as what.
package struct ReadDocument: Sendable {
    package let document: ParsedDocument
    package let mediaType: String

    package init(document: ParsedDocument, mediaType: String) {
        self.document = document
        self.mediaType = mediaType
    }
}
