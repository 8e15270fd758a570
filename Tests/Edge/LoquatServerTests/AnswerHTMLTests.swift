import Conversation
import Testing
import TimeOrdered

@testable import LoquatServer

struct AnswerHTMLTests {
    private let document = UUIDv7Generator().next()

    private func citation(
        _ number: Int?, cited: Int?, _ range: Range<Int>, _ status: Citation.Status = .verified, quote: ClosedRange<Int>? = 10...20,
        page: Int? = nil
    ) -> Citation {
        Citation(
            number: number, citedNumber: cited, start: range.lowerBound, end: range.upperBound, status: status, support: 1,
            quote: quote.map {
                .init(chunkID: document, documentID: document, page: page, start: $0.lowerBound, end: $0.upperBound, text: "a \"quote\"")
            })
    }

    private func link(_ number: Int, _ start: Int = 10, _ end: Int = 20, _ status: String = "verified", label: String? = nil, page: String = "")
        -> String
    {
        "<a class=\"citation \(status)\" href=\"/documents/\(document)?start=\(start)&amp;end=\(end)\(page)&amp;print=\(AnswerHTML.print(of: "a \"quote\""))#passage\" "
            + "aria-label=\"\(label ?? "Source \(number)")\" title=\"a &quot;quote&quot;\">[\(number)]</a>"
    }

    @Test func eachMarkerLeadsToItsOwnPassage() {
        let citations = [citation(1, cited: 1, 0..<8), citation(1, cited: 1, 9..<17, quote: 30...40)]
        #expect(AnswerHTML.html("Tall[1]. Wide[1].", citations) == "<p>Tall\(link(1)). Wide\(link(1, 30, 40)).</p>")
        #expect(
            AnswerHTML.html("Tall[2][1][2].", [citation(2, cited: 2, 0..<14), citation(1, cited: 1, 0..<14), citation(2, cited: 3, 0..<14)])
                == "<p>Tall\(link(2))\(link(1))\(link(2)).</p>")
    }

    @Test func aMarkerSaysThePage() {
        #expect(
            AnswerHTML.html("Tall[1].", [citation(1, cited: 1, 0..<8, page: 3)])
                == "<p>Tall\(link(1, label: "Source 1, page 3", page: "&amp;page=3")).</p>")
    }

    @Test func offsetsAreScalars() {
        #expect(AnswerHTML.html("🍊e\u{301}. Tall[1].", [citation(1, cited: 1, 5..<13)]) == "<p>🍊e\u{301}. Tall\(link(1)).</p>")
    }

    @Test func whatIsPutRightOrNotConfirmedIsShownAsThat() {
        #expect(
            AnswerHTML.html("Tall[1].", [citation(1, cited: 1, 0..<8, .unverified)])
                == "<p>Tall\(link(1, 10, 20, "unverified", label: "Source 1, not confirmed")).</p>")
        #expect(
            AnswerHTML.html("Tall[1].", [citation(1, cited: 2, 0..<8, .repaired)])
                == "<p>Tall\(link(1, 10, 20, "repaired", label: "Source 1, put right: the answer named 2")).</p>")
    }

    @Test func withoutAnEventAMarkerIsText() {
        let silent: [[Citation]] = [
            [], [citation(2, cited: 2, 0..<8)], [citation(1, cited: 1, 4..<6)], [citation(1, cited: 1, 9..<40)], [citation(nil, cited: 1, 0..<8)],
            [citation(1, cited: nil, 0..<8)], [citation(1, cited: 1, 0..<8, quote: nil)],
        ]
        for citations in silent { #expect(AnswerHTML.html("Tall[1].", citations) == "<p>Tall[1].</p>") }
    }
}
