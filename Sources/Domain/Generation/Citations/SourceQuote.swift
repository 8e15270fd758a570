import Conversation
import Retrieval

extension Source {
    /// A part of the content, as a citation shows it.
    func quote(_ range: Range<Int>) -> Citation.Quote {
        let scalars = Array(content.unicodeScalars)
        let place = chunks.last { $0.start <= start + range.lowerBound } ?? Place(chunkID: chunkID, page: page, start: start)
        return Citation.Quote(
            chunkID: place.chunkID, documentID: document.id, page: place.page, start: start + range.lowerBound, end: start + range.upperBound,
            text: String(scalars: scalars[range]))
    }
}
