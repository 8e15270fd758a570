import Conversation
import Generation
import TestSupport
import Testing

/// Answers of every kind, cut at random on their way to the checker.
struct CitationSplitTests {
    private static let sources = [
        SampleSources.source(1, "Hold the reset button for ten seconds. The light blinks twice."),
        SampleSources.source(2, "Forwarding rules survive a soft reset of the router."),
    ]

    private static let fragments = [
        "Keep the reboot key down for ten moments", "Rules of the router survive it",
        "Hold the reset button for ten seconds", "Forwarding rules survive a soft reset", "Bananas are yellow", "e.g. this", "Dr. Who", "2.5", "[1]",
        "[2]", "[9]", "[0]", "[1, 2]", "[2,9]", "[01]", "[99999999999999999999]", "[ ]", "[x]", "[", "]", "[1", "(", ")", "`a[9]`", ".", "!", "?",
        "…",
        "。",
        "\"", "”", " ", " ", " ", "\n", "\n\n", "\r\n", "\n- ", "\n# ", "\n2. ", "\n3) ", ".[1] ", "| ", "🍊", "👩‍👩‍👧", "e\u{301}", "\u{301}", "日本",
        "\u{0}",
    ]

    private struct Checked: Equatable {
        var outputs: [CitationChecker.Output] = []

        /// Text that came in several pieces is one.
        mutating func add(_ new: [CitationChecker.Output]) {
            for output in new {
                if case .text(let text) = output, case .text(let before) = outputs.last {
                    outputs[outputs.count - 1] = .text(before + text)
                } else {
                    outputs.append(output)
                }
            }
        }

        var text: String { outputs.reduce(into: "") { if case .text(let text) = $1 { $0 += text } } }

        var citations: [Citation] { outputs.compactMap { if case .citation(let citation) = $0 { citation } else { nil } } }
    }

    private func check(_ pieces: [String]) -> Checked {
        var checker = CitationChecker(sources: Self.sources)
        var checked = Checked()
        for piece in pieces { checked.add(checker.feed(piece)) }
        checked.add(checker.finish())
        return checked
    }

    /// With evidence that comes after a while, as more of the answer does.
    private func checkWithEvidence(_ pieces: [String], _ random: inout SeededRandom) -> Checked {
        var checker = CitationChecker(sources: Self.sources, asksForEvidence: true)
        var checked = Checked()
        for piece in pieces {
            checked.add(checker.feed(piece))
            if let need = checker.need, Bool.random(using: &random) { checked.add(checker.supply(SampleEvidence.answer(need))) }
        }
        checked.add(checker.finish())
        while let need = checker.need { checked.add(checker.supply(SampleEvidence.answer(need))) }
        return checked
    }

    private func answer(_ random: inout SeededRandom) -> String {
        (0..<Int.random(in: 1...40, using: &random)).map { _ in Self.fragments.randomElement(using: &random) ?? "" }.joined()
    }

    /// The bytes of a text without its markers: what the checker must never touch.
    private func withoutMarkers(_ text: String) -> [UInt8] {
        Array(text.replacing(/\[[0-9][0-9, ]*\]/.matchingSemantics(.unicodeScalar), with: "").utf8)
    }

    /// The first number of each marker outside code.
    private func shownNumbers(_ text: String) -> [Int] {
        text.replacing(/`a\[9\]`/.matchingSemantics(.unicodeScalar), with: "")
            .matches(of: /\[([0-9]+)[0-9, ]*\]/.matchingSemantics(.unicodeScalar)).map { Int($0.1) ?? .max }
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func howItIsCutChangesNothing(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let answer = answer(&random)
        let whole = check([answer])
        for _ in 0..<5 {
            let pieces = answer.pieces(&random)
            #expect(check(pieces) == whole, "seed \(seed): \(pieces)")
        }
    }

    @Test(arguments: 0..<150 as Range<UInt64>)
    func howItIsCutChangesNothingWhereEvidenceIsAwaited(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let answer = answer(&random)
        let whole = checkWithEvidence([answer], &random)
        #expect(withoutMarkers(whole.text) == withoutMarkers(answer), "seed \(seed)")
        for _ in 0..<3 {
            let pieces = answer.pieces(&random)
            #expect(checkWithEvidence(pieces, &random) == whole, "seed \(seed): \(pieces)")
        }
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func noNumberLeavesWithoutItsSource(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let answer = answer(&random)
        let checked = check(answer.pieces(&random))
        #expect(shownNumbers(checked.text).allSatisfy((1...Self.sources.count).contains), "seed \(seed): \(checked.text)")
        #expect(withoutMarkers(checked.text) == withoutMarkers(answer), "seed \(seed)")
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func citationsStandInTheAnswerInTheirOrder(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let checked = check([answer(&random)])
        let scalars = Array(checked.text.unicodeScalars)
        var end = 0
        var start = 0
        for citation in checked.citations {
            #expect(citation.start < citation.end && citation.end <= scalars.count, "seed \(seed)")
            #expect(citation.start == start || citation.start >= end, "seed \(seed): sentences overlap")
            (start, end) = (citation.start, citation.end)
            #expect(citation.number.map { (1...Self.sources.count).contains($0) } ?? true)
            #expect((0...1).contains(citation.support))
            guard let quote = citation.quote, let number = citation.number else { continue }
            let content = Array(Self.sources[number - 1].content.unicodeScalars)
            #expect(String(String.UnicodeScalarView(content[(quote.start - 100)..<(quote.end - 100)])) == quote.text)
        }
    }

    // MARK: Code

    @Test(arguments: ["`a[9]`", "`[9]`", "``a`[9]``", "\n```\na[9]\n\nb[9]\n```\n", "\n```swift\n[9]\n````\n"])
    func codeIsLeftAsItIs(code: String) {
        #expect(check([code]).text == code)
        #expect(check(["Something \(code) was [9] said."]).text == "Something \(code) was  said.")
        #expect(check(["Something was said \(code)[9]."]).text == "Something was said \(code).")
    }
}
