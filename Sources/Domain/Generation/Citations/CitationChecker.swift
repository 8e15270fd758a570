package import Conversation
import Retrieval

/// Checks an answer's citations while it is being written. Text goes through at once, save from a `[` to its `]`: a marker leaves
/// when it is known to name a source that exists, moved to the source that supports the sentence where the written one does not.
/// When a sentence ends, what it leans on is told.
///
/// It may need to know more first: then `need` says what, and the text from there on waits until `supply` brings it.
package struct CitationChecker {
    package enum Output: Sendable, Hashable {
        case text(String)
        case citation(Citation)
    }

    private struct Marker {
        let cited: Int
        let shown: Int?
    }

    /// What is to be done before more of the answer is taken in.
    private enum Step {
        case take(Unicode.Scalar)
        case show(Unicode.Scalar)
        case append(Unicode.Scalar)
        case resolveMarker
        /// Nil at the answer's end.
        case closeSentence(at: Int?)
    }

    /// What is missing before the next output, if anything is.
    package private(set) var need: CitationEvidence.Need?
    private let sources: [Source]
    private var judge: SupportJudge
    /// What came in while something was awaited.
    private var waiting: [Unicode.Scalar] = []
    /// The last is done first.
    private var steps: [Step] = []
    private var isEnding = false
    private var hasEnded = false
    private var answer: [Unicode.Scalar] = []
    private var sentenceStart = 0
    /// Where the current sentence ends if what follows begins another.
    private var possibleEnd: Int?
    private var markers: [Marker] = []
    /// Those of the current sentence that are shown, and where.
    private var shown: [(number: Int, range: Range<Int>)] = []
    private var held: [Unicode.Scalar] = []
    private var code = CodeTracker()
    private var text = String.UnicodeScalarView()
    private var outputs: [Output] = []

    /// - Parameters:
    ///   - sources: numbered from 1 in their order.
    ///   - asksForEvidence: somebody reads `need` and answers with `supply`; else words alone decide.
    package init(sources: [Source], asksForEvidence: Bool = false) {
        self.sources = sources
        judge = SupportJudge(sources, asks: asksForEvidence)
    }

    /// Takes in more of the answer as its author wrote it.
    package mutating func feed(_ piece: String) -> [Output] {
        if need == nil {
            for (place, scalar) in piece.unicodeScalars.enumerated() {
                take(scalar)
                if !run() {
                    waiting.append(contentsOf: piece.unicodeScalars.dropFirst(place + 1))
                    break
                }
            }
        } else {
            waiting.append(contentsOf: piece.unicodeScalars)
        }
        return drain()
    }

    /// Ends the answer; where something is needed, what is left comes once it was supplied.
    package mutating func finish() -> [Output] {
        isEnding = true
        goOn()
        return drain()
    }

    /// Waits for nothing any more: words alone decide from here on.
    package mutating func stopAsking() -> [Output] {
        judge.stopAsking()
        need = nil
        goOn()
        return drain()
    }

    /// Brings what was needed, and goes on with what waited for it.
    package mutating func supply(_ evidence: CitationEvidence) -> [Output] {
        judge.supply(evidence)
        need = nil
        goOn()
        return drain()
    }

    private mutating func goOn() {
        guard need == nil, run() else { return }
        for (place, scalar) in waiting.enumerated() {
            take(scalar)
            guard run() else {
                waiting.removeFirst(place + 1)
                return
            }
        }
        waiting.removeAll()
        guard isEnding, !hasEnded else { return }
        while true {
            if !held.isEmpty {
                releaseHeld()
            } else if case .told(let shown, let again) = code.finish() {
                push(shown, again)
            } else {
                break
            }
            guard run() else { return }
        }
        hasEnded = true
        steps.append(.closeSentence(at: nil))
        _ = run()
    }

    /// Does what is to be done; false where something is needed first.
    private mutating func run() -> Bool {
        while let step = steps.popLast() {
            do throws(SupportJudge.Awaiting) { try perform(step) } catch {
                steps.append(step)
                need = error.need
                return false
            }
        }
        return true
    }

    private mutating func perform(_ step: Step) throws(SupportJudge.Awaiting) {
        switch step {
        case .take(let scalar): take(scalar)
        case .show(let scalar): show(scalar)
        case .append(let scalar): append(scalar)
        case .resolveMarker: try resolveMarker()
        case .closeSentence(let end): try closeSentence(at: end ?? possibleEnd ?? answer.count)
        }
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

    private mutating func append(_ scalar: Unicode.Scalar) {
        answer.append(scalar)
        text.append(scalar)
    }

    // MARK: Markers

    private mutating func take(_ scalar: Unicode.Scalar) {
        if held.isEmpty {
            switch code.take(scalar, after: answer) {
            case .text: if CitationMarkers.opens(scalar) { held.append(scalar) } else { show(scalar) }
            case .code: show(scalar)
            case .held: break
            case .told(let shown, let again): push(shown, again)
            }
        } else if scalar == CitationMarkers.closing(held) {
            steps.append(.resolveMarker)
        } else if CitationMarkers.mayStand(scalar, in: held) {
            held.append(scalar)
        } else {
            steps.append(.take(scalar))
            releaseHeld()
        }
    }

    private mutating func push(_ shown: [Unicode.Scalar], _ again: [Unicode.Scalar]) {
        for scalar in again.reversed() { steps.append(.take(scalar)) }
        for scalar in shown.reversed() { steps.append(.show(scalar)) }
    }

    /// What was held is no marker.
    private mutating func releaseHeld() {
        for scalar in held.reversed() { steps.append(.show(scalar)) }
        held.removeAll()
    }

    private mutating func resolveMarker() throws(SupportJudge.Awaiting) {
        let numbers = CitationMarkers.numbers(held)
        guard !numbers.isEmpty else {
            held.append(CitationMarkers.closing(held))
            return releaseHeld()
        }
        let claim = claim(sentenceStart..<(possibleEnd ?? answer.count))
        var resolved: [Marker] = []
        for number in numbers { resolved.append(Marker(cited: number, shown: try judge.shownNumber(for: number, claim))) }
        held.removeAll()
        markers += resolved
        // A number that stands directly before is not said again.
        var stood: Set<Int> = []
        var end = answer.count
        for marker in shown.reversed() where marker.range.upperBound == end {
            stood.insert(marker.number)
            end = marker.range.lowerBound
        }
        for number in resolved.compactMap(\.shown) where stood.insert(number).inserted {
            let start = answer.count
            for scalar in "[\(number)]".unicodeScalars { append(scalar) }
            shown.append((number, start..<answer.count))
        }
        if possibleEnd != nil { possibleEnd = answer.count }
    }

    /// What a part of the current sentence says, without its markers.
    private func claim(_ range: Range<Int>) -> SupportJudge.Claim {
        var rest: [Unicode.Scalar] = []
        var start = range.lowerBound
        for marker in shown.map(\.range) where marker.lowerBound >= start && marker.upperBound <= range.upperBound {
            rest += answer[start..<marker.lowerBound]
            start = marker.upperBound
        }
        return judge.claim(ClaimText.text(rest + answer[start..<range.upperBound]))
    }

    // MARK: Sentences

    private mutating func show(_ scalar: Unicode.Scalar) {
        if scalar.properties.isWhitespace {
            if let line = startOfNumberedLine() { return steps += [.show(scalar), .closeSentence(at: line)] }
            if possibleEnd == nil, endsSentence() { possibleEnd = answer.count }
            if scalar == "\n", answer.last == "\n", possibleEnd == nil { possibleEnd = answer.count }
        } else if let end = possibleEnd {
            let followsMarker = shown.contains { $0.range.upperBound == end - 1 }
            if answer[end - 1] == ".", !followsMarker, Sentences.mayAbbreviate(answer[...], before: end - 1), scalar.properties.isLowercase {
                possibleEnd = nil
            } else {
                return steps += [.append(scalar), .closeSentence(at: end)]
            }
        } else if answer.last == "\n", "-*#•|>".unicodeScalars.contains(scalar) {
            return steps += [.append(scalar), .closeSentence(at: answer.count)]
        }
        append(scalar)
    }

    /// Whether what was written last ends one, its markers after the full stop, as in `It holds.[1]`, left aside.
    private func endsSentence() -> Bool {
        var end = answer.count
        for marker in shown.reversed() where marker.range.upperBound == end { end = marker.range.lowerBound }
        var index = end - 1
        while index > sentenceStart, "\"')]”’»".unicodeScalars.contains(answer[index]) { index -= 1 }
        guard index >= sentenceStart, index < end else { return false }
        return Sentences.end(of: answer[..<end], at: index, from: sentenceStart) == end
    }

    /// Where the line begins that is nothing yet but an item's number, `2.` or `2)`, below the current sentence.
    private func startOfNumberedLine() -> Int? {
        guard answer.last == "." || answer.last == ")" else { return nil }
        var start = answer.count - 1
        while start > sentenceStart, answer.count - start <= 4, "0"..."9" ~= answer[start - 1] { start -= 1 }
        guard start < answer.count - 1 else { return nil }
        while start > sentenceStart, answer[start - 1] == " " { start -= 1 }
        return start > sentenceStart && answer[start - 1] == "\n" ? start : nil
    }

    private mutating func closeSentence(at end: Int) throws(SupportJudge.Awaiting) {
        var (low, high) = (sentenceStart, end)
        while low < high, answer[low].properties.isWhitespace { low += 1 }
        while high > low, answer[high - 1].properties.isWhitespace { high -= 1 }
        let citations = try citations(of: low..<high)
        if !citations.isEmpty { flushText() }
        outputs += citations.map(Output.citation)
        (possibleEnd, sentenceStart) = (nil, end)
        markers.removeAll()
        shown.removeAll()
        judge.forgetClaims()
    }

    private mutating func citations(of sentence: Range<Int>) throws(SupportJudge.Awaiting) -> [Citation] {
        guard !sentence.isEmpty, !sources.isEmpty || !markers.isEmpty else { return [] }
        guard answer[sentence].contains(where: \.properties.isAlphabetic) || !markers.isEmpty else { return [] }
        let claim = claim(sentence)
        guard !markers.isEmpty else {
            // That there is no answer is said of the sources, not by them.
            return claim.text == ExtractiveAnswerer.noAnswer ? [] : [try judge.attribution(claim, sentence)]
        }
        var citations: [Citation] = []
        for marker in markers { citations.append(try judge.citation(marker.cited, shown: marker.shown, claim, sentence)) }
        return citations
    }
}
