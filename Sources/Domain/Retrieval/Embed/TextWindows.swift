/// Cuts a passage into texts that a model reads whole. They overlap, so that what stands at a cut is seen together somewhere; each begins
/// with the title, so that it says what it is about.
package struct TextWindows {
    /// Tokens that a window shares with the one before it.
    private static let overlap = 32
    /// The title takes at most this share of a window.
    private static let titleShare = 4
    /// What exceeds a window by no more than this is left out: it makes no text of its own.
    private static let leastRest = 20

    private let limit: Int
    private let tokenCount: (Substring) -> Int

    /// - Parameters:
    ///   - limit: tokens of a window at the most.
    ///   - tokenCount: the tokens of a piece without white space.
    package init(limit: Int, tokenCount: @escaping (Substring) -> Int) {
        self.limit = limit
        self.tokenCount = tokenCount
    }

    package func cut(_ text: String, title: String) -> [String] {
        var head: [Piece] = []
        var headTokens = 0
        for piece in pieces(of: title, limit: limit / Self.titleShare) {
            // What stands after it is left out, too: a window begins with an unbroken piece of the title.
            guard headTokens + piece.tokens <= limit / Self.titleShare else { break }
            headTokens += piece.tokens
            head.append(piece)
        }
        let prefix = head.isEmpty ? "" : title[head[0].range.lowerBound..<head[head.count - 1].range.upperBound] + " "
        let room = limit - headTokens
        let pieces = pieces(of: text, limit: room / 2)
        guard !pieces.isEmpty else { return [title] }
        var windows: [String] = []
        var start = 0
        var rest = pieces.reduce(0) { $0 + $1.tokens }
        while true {
            var (end, tokens) = (start, 0)
            while end < pieces.count, tokens + pieces[end].tokens <= room {
                tokens += pieces[end].tokens
                end += 1
            }
            windows.append(prefix + text[pieces[start].range.lowerBound..<pieces[end - 1].range.upperBound])
            rest -= tokens
            guard end < pieces.count, rest > Self.leastRest else { return windows }
            start = end
            var shared = 0
            while start > 0, shared + pieces[start - 1].tokens <= min(Self.overlap, room / 4) {
                start -= 1
                shared += pieces[start].tokens
            }
            rest += shared
        }
    }

    private struct Piece {
        let range: Range<String.Index>
        let tokens: Int
    }

    /// Words; what is written without spaces, in parts.
    private func pieces(of text: String, limit: Int) -> [Piece] {
        var pieces: [Piece] = []
        for word in text.split(whereSeparator: \.isWhitespace) { add(word, limit: max(1, limit), to: &pieces) }
        return pieces
    }

    private func add(_ word: Substring, limit: Int, to pieces: inout [Piece]) {
        let tokens = tokenCount(word)
        let middle = word.index(word.startIndex, offsetBy: word.count / 2)
        if tokens <= limit || middle == word.startIndex {
            // One character may be many tokens: what exceeds a window is not read.
            if tokens > 0 { pieces.append(Piece(range: word.startIndex..<word.endIndex, tokens: min(tokens, limit))) }
        } else {
            add(word[..<middle], limit: limit, to: &pieces)
            add(word[middle...], limit: limit, to: &pieces)
        }
    }
}
