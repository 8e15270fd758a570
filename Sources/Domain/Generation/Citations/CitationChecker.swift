package import Conversation
import Retrieval

/// Checks an answer's citations while it is being written. Text goes through at once, save from a `[` to its `]`: a marker leaves
/// when it is known to name a source that exists, moved to the source that supports the sentence where the written one does not.
/// When a sentence ends, what it leans on is told.
package struct CitationChecker {
    package enum Output: Sendable, Hashable {
        case text(String)
        case citation(Citation)
    }

    /// Support from which on a citation holds.
    package static let enoughSupport = 0.5
    /// A citation is moved only to a source that supports the sentence better by this much.
    private static let repairMargin = 0.15
    /// A marker such as `[1-3]` names at most this many numbers beyond its first.
    private static let longestRange = 20
    /// A bracket that is not closed within this many scalars is no marker.
    private static let longestMarker = 256

    private struct Marker {
        let cited: Int
        let shown: Int?
    }

    private let sources: [Source]
    private let scorer: SupportScorer
    private var answer: [Unicode.Scalar] = []
    private var sentenceStart = 0
    /// Where the current sentence ends if what follows begins another.
    private var possibleEnd: Int?
    private var markers: [Marker] = []
    private var held: [Unicode.Scalar] = []
    /// Backticks of the run that goes on.
    private var backticks = 0
    /// Backticks that opened the code which goes on; 0 outside code.
    private var codeTicks = 0
    private var text = String.UnicodeScalarView()
    private var outputs: [Output] = []

    /// - Parameter sources: numbered from 1 in their order.
    package init(sources: [Source]) {
        self.sources = sources
        scorer = SupportScorer(sources)
    }

    /// Takes in more of the answer as its author wrote it.
    package mutating func feed(_ piece: String) -> [Output] {
        for scalar in piece.unicodeScalars { take(scalar) }
        return drain()
    }

    /// Ends the answer.
    package mutating func finish() -> [Output] {
        flushHeld()
        closeSentence(at: possibleEnd ?? answer.count)
        return drain()
    }

    private mutating func drain() -> [Output] {
        flushText()
        defer { outputs.removeAll() }
        return outputs
    }

    private mutating func flushText() {
        guard !text.isEmpty else { return }
        outputs.append(.text(String(text)))
        text = .init()
    }

    // MARK: Markers

    private mutating func take(_ scalar: Unicode.Scalar) {
        if held.isEmpty {
            trackCode(scalar)
            if scalar == "[" || scalar == "【", codeTicks == 0 { held.append(scalar) } else { show(scalar) }
            return
        }
        if scalar == (held[0] == "[" ? "]" : "】") {
            resolveMarker()
        } else if Self.mayStand(scalar, in: held), held.count < Self.longestMarker {
            held.append(scalar)
        } else {
            flushHeld()
            take(scalar)
        }
    }

    private mutating func flushHeld() {
        let scalars = held
        held.removeAll()
        for scalar in scalars { show(scalar) }
    }

    private mutating func resolveMarker() {
        let numbers = Self.numbers(held.dropFirst())
        guard !numbers.isEmpty else {
            held.append(held[0] == "[" ? "]" : "】")
            return flushHeld()
        }
        held.removeAll()
        let claim = scorer.claim(SupportScorer.text(answer[sentenceStart..<(possibleEnd ?? answer.count)]))
        for number in numbers {
            let shown = shownNumber(for: number, claim)
            markers.append(Marker(cited: number, shown: shown))
            guard let shown else { continue }
            for scalar in "[\(shown)]".unicodeScalars {
                answer.append(scalar)
                text.append(scalar)
            }
        }
        if possibleEnd != nil { possibleEnd = answer.count }
    }

    /// `[2]`, `[1, 2]`, `[1-3]`; some models write `【2】` and `【2†passage】`.
    private static func mayStand(_ scalar: Unicode.Scalar, in held: [Unicode.Scalar]) -> Bool {
        if held[0] == "【", scalar == "†" || held.contains("†") { return scalar != "\n" }
        return ("0"..."9").contains(scalar) || ",;-–".unicodeScalars.contains(scalar) || scalar == " " && held.count > 1
    }

    /// The numbers of a marker; those that are too large to be any are `Int.max`.
    private static func numbers(_ held: ArraySlice<Unicode.Scalar>) -> [Int] {
        let text = SupportScorer.text(held.prefix { $0 != "†" })
        return text.split(whereSeparator: { ",; ".contains($0) }).flatMap { part -> [Int] in
            let ends = part.split(whereSeparator: { "-–".contains($0) }).map { Int($0) ?? .max }
            guard ends.count == 2, ends[0] < ends[1], ends[1] - ends[0] <= longestRange else { return ends }
            return Array(ends[0]...ends[1])
        }
    }

    private func shownNumber(for cited: Int, _ claim: SupportScorer.Claim) -> Int? {
        let exists = (1...max(1, sources.count)).contains(cited) && !sources.isEmpty
        let own = exists ? scorer.support(of: claim, bySource: cited - 1)?.score ?? 0 : 0
        if exists, own >= Self.enoughSupport || claim.terms.count < 3 { return cited }
        if let best = bestSource(for: claim), best.support.score >= max(Self.enoughSupport, own + Self.repairMargin) { return best.number }
        return exists ? cited : nil
    }

    private func bestSource(for claim: SupportScorer.Claim) -> (number: Int, support: SupportScorer.Support)? {
        var best: (number: Int, support: SupportScorer.Support)?
        for index in sources.indices {
            guard let support = scorer.support(of: claim, bySource: index) else { continue }
            if support.score > best?.support.score ?? -1 { best = (index + 1, support) }
        }
        return best
    }

    // MARK: Sentences

    private mutating func show(_ scalar: Unicode.Scalar) {
        if scalar.properties.isWhitespace {
            if possibleEnd == nil, endsSentence() { possibleEnd = answer.count }
            if scalar == "\n", answer.last == "\n", possibleEnd == nil { possibleEnd = answer.count }
        } else if let end = possibleEnd {
            if answer[end - 1] == ".", Sentences.mayAbbreviate(answer, before: end - 1), scalar.properties.isLowercase {
                possibleEnd = nil
            } else {
                closeSentence(at: end)
            }
        } else if answer.last == "\n", "-*#•|>".unicodeScalars.contains(scalar) {
            closeSentence(at: answer.count)
        }
        answer.append(scalar)
        text.append(scalar)
    }

    private func endsSentence() -> Bool {
        var index = answer.count - 1
        while index > sentenceStart, "\"')]”’»".unicodeScalars.contains(answer[index]) { index -= 1 }
        guard index >= sentenceStart, answer.indices.contains(index) else { return false }
        return Sentences.end(of: answer, at: index, from: sentenceStart) == answer.count
    }

    /// A run of backticks opens code, and one as long closes it. Code within a line ends with its paragraph at the latest, so that a
    /// backtick which nothing closes hides no marker beyond.
    private mutating func trackCode(_ scalar: Unicode.Scalar) {
        let fence = 3
        if scalar == "`" {
            backticks += 1
            return
        }
        if backticks > 0 {
            if codeTicks == 0 {
                codeTicks = backticks
            } else if backticks == codeTicks || codeTicks >= fence && backticks > codeTicks {
                codeTicks = 0
            }
            backticks = 0
        }
        if scalar == "\n", answer.last == "\n", codeTicks < fence { codeTicks = 0 }
    }

    private mutating func closeSentence(at end: Int) {
        possibleEnd = nil
        var (low, high) = (sentenceStart, end)
        while low < high, answer[low].properties.isWhitespace { low += 1 }
        while high > low, answer[high - 1].properties.isWhitespace { high -= 1 }
        sentenceStart = end
        defer { markers.removeAll() }
        guard low < high, !sources.isEmpty || !markers.isEmpty else { return }
        let words = SupportScorer.text(answer[low..<high])
        guard words.unicodeScalars.contains(where: { $0.properties.isAlphabetic }) || !markers.isEmpty else { return }
        flushText()
        let claim = scorer.claim(words)
        for marker in markers { outputs.append(.citation(citation(marker, claim, low..<high))) }
        if markers.isEmpty { outputs.append(.citation(attribution(claim, low..<high))) }
    }

    private func citation(_ marker: Marker, _ claim: SupportScorer.Claim, _ sentence: Range<Int>) -> Citation {
        guard let shown = marker.shown, let support = scorer.support(of: withoutMarkers(claim, marker), bySource: shown - 1) else {
            return Citation(
                number: marker.shown, citedNumber: marker.cited, start: sentence.lowerBound, end: sentence.upperBound, status: .unverified,
                support: 0, quote: nil)
        }
        let holds = support.score >= Self.enoughSupport
        return Citation(
            number: shown, citedNumber: marker.cited, start: sentence.lowerBound, end: sentence.upperBound,
            status: !holds ? .unverified : shown == marker.cited ? .verified : .repaired, support: rounded(support.score),
            quote: quote(shown, support.range))
    }

    /// A sentence that names no source is given the one that supports it, or none.
    private func attribution(_ claim: SupportScorer.Claim, _ sentence: Range<Int>) -> Citation {
        let best = bestSource(for: claim)
        let holds = best.map { $0.support.score >= Self.enoughSupport } ?? false
        return Citation(
            number: holds ? best?.number : nil, citedNumber: nil, start: sentence.lowerBound, end: sentence.upperBound,
            status: holds ? .verified : .unverified, support: rounded(best?.support.score ?? 0),
            quote: holds ? best.map { quote($0.number, $0.support.range) } : nil)
    }

    /// The numbers of the markers themselves are no part of what a sentence says.
    private func withoutMarkers(_ claim: SupportScorer.Claim, _ marker: Marker) -> SupportScorer.Claim {
        let shown = Set(markers.compactMap { $0.shown.map(String.init) })
        return SupportScorer.Claim(terms: claim.terms.subtracting(shown), numbers: claim.numbers.subtracting(shown), negated: claim.negated)
    }

    private func quote(_ number: Int, _ range: Range<Int>) -> Citation.Quote {
        let source = sources[number - 1]
        let scalars = Array(source.content.unicodeScalars)
        return Citation.Quote(
            chunkID: source.chunkID, documentID: source.document.id, page: source.page, start: source.start + range.lowerBound,
            end: source.start + range.upperBound, text: SupportScorer.text(scalars[range]))
    }

    private func rounded(_ score: Double) -> Double { (score * 1000).rounded() / 1000 }
}
