package import TimeOrdered

/// What one sentence of an answer leans on.
package struct Citation: Sendable, Hashable, Codable {
    package enum Status: String, Sendable, Codable, CaseIterable {
        /// The cited passage supports the sentence.
        case verified
        /// Another passage than the written one supports it, and is shown instead.
        case repaired
        /// No passage was found to support it.
        case unverified
    }

    /// The sentence of the source that supports the answer's sentence best; offsets in the document's text, in Unicode scalars.
    package struct Quote: Sendable, Hashable, Codable {
        package let chunkID: UUIDv7
        package let documentID: UUIDv7
        package let page: Int?
        package let start: Int
        package let end: Int
        package let text: String

        package init(chunkID: UUIDv7, documentID: UUIDv7, page: Int?, start: Int, end: Int, text: String) {
            self.chunkID = chunkID
            self.documentID = documentID
            self.page = page
            self.start = start
            self.end = end
            self.text = text
        }
    }

    /// The source's number as shown; nil where none is.
    package let number: Int?
    /// The number that the author wrote; nil where the sentence had no marker.
    package let citedNumber: Int?
    /// The answer's sentence, in Unicode scalars of the answer.
    package let start: Int
    package let end: Int
    package let status: Status
    /// 0–1.
    package let support: Double
    package let quote: Quote?

    package init(number: Int?, citedNumber: Int?, start: Int, end: Int, status: Status, support: Double, quote: Quote?) {
        self.number = number
        self.citedNumber = citedNumber
        self.start = start
        self.end = end
        self.status = status
        self.support = support
        self.quote = quote
    }
}
