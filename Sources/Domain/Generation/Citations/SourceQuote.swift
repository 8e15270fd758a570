import Conversation
import Retrieval

extension Source {
    /// A part of the content, as a citation shows it.
    func quote(_ range: Range<Int>) -> Citation.Quote {
        let scalars = Array(content.unicodeScalars)
        let page = parts.last { $0.start <= start + range.lowerBound }.map(\.page) ?? page
        return Citation.Quote(
            chunkID: chunkID, documentID: document.id, page: page, start: start + range.lowerBound, end: start + range.upperBound,
            text: String(scalars: scalars[range]))
    }
}
