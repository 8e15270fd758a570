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

    @Test(arguments: [
        "[7]", "[0]", "[99999999999999999999]", "[7, 8]", "[ 9]", "[9 ]", "[^9]", "[source 9]", "[Source: 9]", "[sources 8, 9]", "[９]", "[9\n]",
        "[9, p. 4]", "[9 pages 3–4]", "【9】",
    ])
    func anImpossibleNumberNeverLeaves(marker: String) {
        let shown = check("Something else entirely was claimed here \(marker). And more.")
        #expect(!shown.text.contains("["))
        #expect(shown.citations.allSatisfy { $0.number == nil || (1...2).contains($0.number ?? 0) })
    }

    @Test(arguments: ["[ 1]", "[1 ]", "[^1]", "[source 1]", "[Source: 1]", "[１]", "[1\n]", "[1, p. 4]", "[Ref. 1]"])
    func markersOfOtherFormsAreMarkers(marker: String) {
        let shown = check("Hold the reset button for ten seconds \(marker).")
        #expect(shown.text == "Hold the reset button for ten seconds [1].")
        #expect(shown.citations.map(\.status) == [.verified])
    }

    @Test func aSentenceMayBeginInLowerCaseAfterAMarker() {
        let shown = check("Forwarding rules survive a soft reset of the router [2]. the light blinks twice [1].")
        #expect(shown.citations.map(\.number) == [2, 1])
        #expect(shown.citations.map(\.status) == [.verified, .verified])
    }

    @Test func aNumberIsNotSaidTwiceInARow() {
        let shown = check("Forwarding rules survive a soft reset of the router [1][2].")
        #expect(shown.text == "Forwarding rules survive a soft reset of the router [2].")
    }

    @Test func aWrongNumberIsRepaired() {
        let shown = check("Forwarding rules survive a soft reset of the router [1].")
        #expect(shown.text == "Forwarding rules survive a soft reset of the router [2].")
        #expect(shown.citations.map(\.status) == [.repaired])
        #expect(shown.citations.first?.citedNumber == 1)
    }

    /// As models write, too: the marker after the full stop, without a space before it.
    @Test func aMarkerMayFollowTheFullStop() {
        let shown = check(
            "Hold the reset button for ten seconds.[1] Forwarding rules survive a soft reset of the router.[2] The light blinks twice.[1]")
        #expect(shown.citations.map(\.number) == [1, 2, 1])
        #expect(shown.citations.map(\.status) == [.verified, .verified, .verified])
        #expect(shown.citations.map(\.quote?.text).last == "The light blinks twice.")
    }

    @Test(arguments: [["1. ", "2. ", "3. "], ["1) ", "2) ", "3) "], ["Do:\n  1. ", "  2. ", "  3. "]], [false, true])
    func itemsOfANumberedListAreSentences(numbers: [String], isLower: Bool) {
        let items = ["Hold the reset button for ten seconds", "Forwarding rules survive a soft reset of the router", "The light blinks twice"]
        let said = items.map { isLower ? $0.lowercased() : $0 }
        let answer = "\(numbers[0])\(said[0]) [1]\n\(numbers[1])\(said[1]) [2]\n\(numbers[2])\(said[2]) [1]"
        let shown = check(answer)
        #expect(shown.text == answer)
        let marked = shown.citations.filter { $0.number != nil }
        #expect(marked.map(\.number) == [1, 2, 1])
        #expect(marked.allSatisfy { $0.status == .verified })
        let scalars = Array(answer.unicodeScalars)
        for citation in shown.citations { #expect(!scalars[citation.start..<citation.end].contains("\n")) }
    }

    @Test func thatThereIsNoAnswerIsNoClaim() { #expect(check(ExtractiveAnswerer.noAnswer).citations.isEmpty) }

    @Test func aSentenceWithoutMarkerIsAttributedOrNot() {
        let shown = check("The light blinks twice. Bananas are yellow fruit.")
        #expect(shown.citations.map(\.number) == [1, nil])
        #expect(shown.citations.map(\.status) == [.verified, .unverified])
    }

    @Test(arguments: [
        "See [the page](https://e.com/).", "An [x] box.", "An open [ bracket", "`a[1]` is code.", "[", "[1", "[source", "A [5 pages] plan", "[s]",
    ])
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
