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

    @Test func aMarkerIsTakenOnceHoweverManyAskForIt() {
        let twice = [citation(1, cited: 1, 0..<11), citation(1, cited: 1, 0..<11, quote: 30...40), citation(1, cited: 1, 0..<11)]
        #expect(AnswerHTML.html("Tall[1][1].", twice) == "<p>Tall\(link(1))\(link(1, 30, 40)).</p>")
        // The second is passed over by whoever asks for the first from further on.
        let late = [citation(1, cited: 1, 5..<11), citation(1, cited: 1, 0..<11, quote: 30...40)]
        #expect(AnswerHTML.html("Tall[1][1].", late) == "<p>Tall\(link(1, 30, 40))\(link(1)).</p>")
    }

    @Test func onlyANumberAsItIsShownIsAMarker() {
        let all = [citation(1, cited: 1, 0..<40), citation(-1, cited: 1, 0..<40), citation(12, cited: 1, 0..<40)]
        #expect(AnswerHTML.html("a[01] b[+1] c[1 2] d[] e[[12]] f[-1]", all).contains("e[\(link(12))] f\(link(-1))"))
        #expect(AnswerHTML.html("a[01] b[+1] c[1 2] d[99999999999999999999999]", all) == "<p>a[01] b[+1] c[1 2] d[99999999999999999999999]</p>")
    }

    /// An answer of a file may have as many citations as there can be, and no marker for them: each place is looked at once, or this does
    /// not end.
    @Test(.timeLimit(.minutes(2)))
    func citationsWithoutMarkersCostNoMoreThanTheText() {
        let missing = (0..<50_000).map { _ in citation(1, cited: 1, 0..<500_000) }
        #expect(!AnswerHTML.html(String(repeating: "xxxx ", count: 100_000), missing).contains("<a "))
        var markers = AnswerMarkers(String(repeating: "[2]xxxx ", count: 60_000))
        var taken = 0
        while markers.take(2, from: 0, to: 480_000) != nil { taken += 1 }
        #expect(taken == 60_000)
    }
}
