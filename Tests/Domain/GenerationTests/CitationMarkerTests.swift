import Conversation
import Generation
import JSON
import Testing
import TimeOrdered

/// Markers that hold, that are moved, and that never leave.
struct CitationMarkerTests {
    private static let ids = UUIDv7Generator()

    private static func source(_ number: Int, _ content: String) -> Source {
        Source(
            number: number, chunkID: ids.next(),
            document: .init(id: ids.next(), title: "T", filename: nil, mediaType: "text/plain"), metadata: [:], content: content,
            sectionHeading: nil, sectionAnchor: nil, page: nil, start: 100, end: 100 + content.unicodeScalars.count, score: 1)
    }

    private static let sources = [
        source(1, "Hold the reset button for ten seconds. The light blinks twice."),
        source(2, "Forwarding rules survive a soft reset of the router."),
    ]

    /// What is shown when the answer comes in pieces cut at one place.
    private func check(_ answer: String, cutAt cut: Int? = nil) -> (text: String, citations: [Citation]) {
        var checker = CitationChecker(sources: Self.sources)
        let scalars = Array(answer.unicodeScalars)
        let place = cut ?? scalars.count
        var outputs: [CitationChecker.Output] = []
        for piece in [scalars[..<place], scalars[place...]] {
            var text = String.UnicodeScalarView()
            text.append(contentsOf: piece)
            outputs += checker.feed(String(text))
        }
        outputs += checker.finish()
        var text = ""
        var citations: [Citation] = []
        for output in outputs {
            switch output {
            case .text(let piece): text += piece
            case .citation(let citation): citations.append(citation)
            }
        }
        return (text, citations)
    }

    @Test func aMarkerThatHolds() {
        let shown = check("Hold the reset button for ten seconds [1].")
        #expect(shown.text == "Hold the reset button for ten seconds [1].")
        #expect(shown.citations.map(\.status) == [.verified])
        #expect(shown.citations.first?.quote?.start == 100)
        #expect(shown.citations.first?.quote?.text == "Hold the reset button for ten seconds.")
    }

    @Test(arguments: ["[7]", "[0]", "[99999999999999999999]", "[7, 8]"])
    func anImpossibleNumberNeverLeaves(marker: String) {
        let shown = check("Something else entirely was claimed here \(marker). And more.")
        #expect(!shown.text.contains("["))
        #expect(shown.citations.allSatisfy { $0.number == nil || (1...2).contains($0.number ?? 0) })
    }

    @Test func aWrongNumberIsRepaired() {
        let shown = check("Forwarding rules survive a soft reset of the router [1].")
        #expect(shown.text == "Forwarding rules survive a soft reset of the router [2].")
        #expect(shown.citations.map(\.status) == [.repaired])
        #expect(shown.citations.first?.citedNumber == 1)
    }

    @Test func aSentenceWithoutMarkerIsAttributedOrNot() {
        let shown = check("The light blinks twice. Bananas are yellow fruit.")
        #expect(shown.citations.map(\.number) == [1, nil])
        #expect(shown.citations.map(\.status) == [.verified, .unverified])
    }

    @Test(arguments: ["See [the page](https://e.com/).", "An [x] box.", "An open [ bracket", "`a[1]` is code.", "[", "[1"])
    func whatIsNoMarkerIsUnchanged(text: String) { #expect(check(text).text == text) }

    @Test func cutAnywhereItIsTheSame() {
        let answer = "Hold the reset button for ten seconds. [1] Rules survive a soft reset [1][2]. e.g. this, too [9]! 🍊 End [2, 1]"
        let whole = check(answer)
        for cut in 0...answer.unicodeScalars.count {
            let parts = check(answer, cutAt: cut)
            #expect(parts.text == whole.text)
            #expect(parts.citations == whole.citations)
        }
        let scalars = Array(whole.text.unicodeScalars)
        for citation in whole.citations { #expect(citation.start < citation.end && citation.end <= scalars.count) }
    }
}
