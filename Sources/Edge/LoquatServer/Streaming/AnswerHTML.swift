package import Conversation
import HTMLText
package import TimeOrdered

/// An answer as pages show it: its Markdown, with each checked marker leading to the passage that it leans on.
package enum AnswerHTML {
    package static func html(_ answer: String, _ citations: [Citation]) -> String {
        MarkdownRenderer.html(answer, links: links(answer, citations))
    }

    /// Where the page shows a passage of a document.
    /// - Parameter text: the passage as it was, by which the page tells whether it still stands there.
    package static func passage(_ document: UUIDv7, start: Int, end: Int, page: Int?, text: String) -> String {
        "/documents/\(document)?start=\(start)&end=\(end)\(page.map { "&page=\($0)" } ?? "")&print=\(print(of: text))#passage"
    }

    /// A short fingerprint (FNV-1a, 32 bits).
    package static func print(of text: some StringProtocol) -> String {
        String(text.utf8.reduce(0x811c_9dc5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }, radix: 16)
    }

    private static func links(_ answer: String, _ citations: [Citation]) -> [TextLink] {
        guard !citations.isEmpty else { return [] }
        var markers = AnswerMarkers(answer)
        var links: [TextLink] = []
        for citation in citations {
            guard let number = citation.number, citation.citedNumber != nil, let quote = citation.quote else { continue }
            guard let range = markers.take(number, from: citation.start, to: citation.end) else { continue }
            links.append(
                TextLink(
                    range: range, text: "[\(number)]",
                    target: passage(quote.documentID, start: quote.start, end: quote.end, page: quote.page, text: quote.text),
                    classes: "citation \(citation.status.rawValue)", label: label(citation, number, page: quote.page), title: quote.text))
        }
        return links.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    /// What the marker's look says, for those who do not see it.
    private static func label(_ citation: Citation, _ number: Int, page: Int?) -> String {
        let source = "Source \(number)" + (page.map { ", page \($0)" } ?? "")
        switch citation.status {
        case .verified: return source
        case .repaired: return "\(source), put right: the answer named \(citation.citedNumber ?? number)"
        case .unverified: return "\(source), not confirmed"
        }
    }
}
