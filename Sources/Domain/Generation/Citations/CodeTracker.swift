/// Tells which parts of a text that is being written are code, where brackets are no markers. Code within a line is held until it is
/// closed: what nothing closes by the line's end is text, as Markdown has it.
struct CodeTracker {
    enum Outcome {
        case text
        case code
        /// More is needed to tell.
        case held
        /// What was held is known now, together with the scalar just taken: the first part is code, or backticks that open none; the second
        /// is to be taken once more.
        case told(shown: [Unicode.Scalar], again: [Unicode.Scalar])
    }

    private static let fence = 3
    /// Scalars that are held at the most.
    private static let longest = 4_096
    /// Scalars that may stand before a fence in its line.
    private static let deepest = 40

    private var held: [Unicode.Scalar] = []
    /// Backticks that opened what is held; nil while they may become more.
    private var opening: Int?
    /// Backticks, or tildes, that opened the block which goes on.
    private var block: Int?
    /// Backticks, or tildes, of the run that goes on within a block or held code.
    private var run = 0
    /// What opened the block, or what is held.
    private var mark: Unicode.Scalar = "`"

    /// - Parameter answer: what was shown so far.
    mutating func take(_ scalar: Unicode.Scalar, after answer: [Unicode.Scalar]) -> Outcome {
        if let block { return inBlock(scalar, block, after: answer) }
        guard !held.isEmpty else {
            guard scalar == "`" || scalar == "~" && Self.isLineStart(answer) else { return .text }
            mark = scalar
            held.append(scalar)
            return .held
        }
        guard let opening else {
            if scalar == mark, held.count < Self.longest {
                held.append(scalar)
                return .held
            }
            if held.count >= Self.fence, Self.isLineStart(answer) {
                block = held.count
                return release(again: [scalar])
            }
            if mark == "~" || held.count == Self.longest { return release(again: [scalar]) }
            self.opening = held.count
            return inSpan(scalar, held.count)
        }
        return inSpan(scalar, opening)
    }

    /// What is still held when the text ends.
    mutating func finish() -> Outcome? {
        guard !held.isEmpty else { return nil }
        guard let opening, run != opening else { return release(again: []) }
        return giveUp(opening, [])
    }

    private mutating func inSpan(_ scalar: Unicode.Scalar, _ opening: Int) -> Outcome {
        if scalar == "`" {
            run += 1
        } else if run == opening {
            return release(again: [scalar])
        } else {
            run = 0
        }
        if scalar == "\n" || held.count >= Self.longest { return giveUp(opening, [scalar]) }
        held.append(scalar)
        return .held
    }

    /// The backticks open nothing.
    private mutating func giveUp(_ opening: Int, _ last: [Unicode.Scalar]) -> Outcome {
        let rest = Array(held.dropFirst(opening)) + last
        held = Array(held.prefix(opening))
        return release(again: rest)
    }

    private mutating func release(again: [Unicode.Scalar]) -> Outcome {
        defer { (held, opening, run) = ([], nil, 0) }
        return .told(shown: held, again: again)
    }

    private mutating func inBlock(_ scalar: Unicode.Scalar, _ opening: Int, after answer: [Unicode.Scalar]) -> Outcome {
        if scalar == mark, run > 0 || Self.isLineStart(answer) {
            run += 1
            return .code
        }
        guard run < opening else {
            (block, run) = (nil, 0)
            return .told(shown: [], again: [scalar])
        }
        run = 0
        return .code
    }

    /// Whether nothing but white space and the marks of lists and quotations stands before in the line.
    private static func isLineStart(_ answer: [Unicode.Scalar]) -> Bool {
        let before = answer.suffix(deepest).reversed().prefix { $0 != "\n" }
        guard before.count < deepest else { return false }
        return before.allSatisfy { $0.properties.isWhitespace || "0"..."9" ~= $0 || "-*+>.)".unicodeScalars.contains($0) }
    }
}
