package import Conversation
import HTMLText
package import TimeOrdered

/// An answer as pages show it: its Markdown, with each checked marker leading to the passage that it leans on.
package enum AnswerHTML {
    package static func html(_ answer: String, _ citations: [Citation]) -> String {
        MarkdownRenderer.html(answer, links: links(answer, citations))
    }

    /// Where the page shows a passage of a document.
    package static func passage(_ document: UUIDv7, start: Int, end: Int) -> String { "/documents/\(document)?start=\(start)&end=\(end)#passage" }

    private static func links(_ answer: String, _ citations: [Citation]) -> [TextLink] {
        let scalars = Array(answer.unicodeScalars)
        var links: [Int: TextLink] = [:]
        for citation in citations {
            guard let number = citation.number, citation.citedNumber != nil, let quote = citation.quote else { continue }
            let marker = "[\(number)]"
            let end = min(citation.end, scalars.count)
            let sentence = min(max(0, citation.start), max(0, end))..<max(0, end)
            guard let place = place(of: Array(marker.unicodeScalars), in: scalars, sentence, where: { links[$0] == nil }) else { continue }
            let isSupported = citation.status != .unverified
            links[place] = TextLink(
                range: place..<place + marker.unicodeScalars.count, text: marker,
                target: passage(quote.documentID, start: quote.start, end: quote.end),
                classes: isSupported ? "citation" : "citation unverified",
                label: isSupported ? "Source \(number)" : "Source \(number), not confirmed", title: quote.text)
        }
        return links.sorted { $0.key < $1.key }.map(\.value)
    }

    private static func place(of marker: [Unicode.Scalar], in text: [Unicode.Scalar], _ range: Range<Int>, where isFree: (Int) -> Bool) -> Int? {
        guard range.count >= marker.count else { return nil }
        return (range.lowerBound...range.upperBound - marker.count).first { text[$0..<$0 + marker.count].elementsEqual(marker) && isFree($0) }
    }
}
