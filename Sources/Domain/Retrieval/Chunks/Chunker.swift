package import DocumentText

/// Cuts a document into chunks: by its headings first, then by size, at the ends of blocks, lines or sentences.
package struct Chunker: Sendable {
    /// A chunk grows until the next block would take it past this many Unicode scalars.
    package static let targetLength = 1_800
    /// Blocks longer than this are cut at sentences, and sentences at white space.
    package static let longestBlock = 1_800
    /// Chunks with more between them are not joined.
    package static let longestGap = 1_000

    package init() {}

    package func chunks(of document: ParsedDocument) -> [ChunkDraft] {
        let scalars = Array(document.text.unicodeScalars)
        var drafts: [ChunkDraft] = []
        var headings = HeadingPath()
        var open: Range<Int>?
        var page: Int?
        func close() {
            guard let range = open else { return }
            open = nil
            let gap = drafts.last.map { $0.end..<range.lowerBound }
            drafts.append(
                ChunkDraft(
                    position: drafts.count, text: String(scalars: scalars[range]), heading: headings.text, anchor: headings.anchor, page: page,
                    start: range.lowerBound, end: range.upperBound,
                    gap: gap.flatMap { $0.count <= Self.longestGap ? String(scalars: scalars[$0]) : nil }))
        }
        for block in document.blocks {
            if case .heading(let level) = block.kind {
                if let range = open, !headings.isOnlyHeading(range, scalars) { close() }
                headings.enter(String(scalars: scalars[block.start..<block.end]), level: level)
            }
            // A chunk is of one page: what is cited is found there.
            if open != nil, block.page != page { close() }
            for piece in pieces(of: block, scalars) {
                if let range = open, piece.upperBound - range.lowerBound > Self.targetLength { close() }
                if open == nil { page = block.page }
                open = (open?.lowerBound ?? piece.lowerBound)..<piece.upperBound
            }
        }
        close()
        return drafts
    }

    private func pieces(of block: ParsedDocument.Block, _ scalars: [Unicode.Scalar]) -> [Range<Int>] {
        guard block.end - block.start > Self.longestBlock else { return [block.start..<block.end] }
        let slice = Array(scalars[block.start..<block.end])
        return Sentences.ranges(in: slice).flatMap { cut($0, slice) }.map { $0.lowerBound + block.start..<$0.upperBound + block.start }
    }

    /// A sentence longer than a chunk may be: cut at the last white space that fits, or through the word.
    private func cut(_ range: Range<Int>, _ scalars: [Unicode.Scalar]) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var start = range.lowerBound
        while range.upperBound - start > Self.longestBlock {
            let limit = start + Self.longestBlock
            let space = scalars[start..<limit].lastIndex { $0.properties.isWhitespace }
            let end = space.map { $0 > start + Self.longestBlock / 2 ? $0 : limit } ?? limit
            pieces.append(start..<end)
            start = end
            while start < range.upperBound, scalars[start].properties.isWhitespace { start += 1 }
        }
        if start < range.upperBound { pieces.append(start..<range.upperBound) }
        return pieces
    }
}

/// The headings above a place.
private struct HeadingPath {
    /// Characters of a heading that are kept: what is longer was marked as one by mistake, and stands beside each chunk.
    private static let titleLimit = 200

    private var path: [(level: Int, title: String)] = []

    mutating func enter(_ title: String, level: Int) {
        path.removeAll { $0.level >= level }
        path.append((level, Self.shown(title)))
    }

    private static func shown(_ title: String) -> String {
        title.prefix(4 * titleLimit).split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(titleLimit).description
    }

    /// `Chapter › Section`.
    var text: String? { path.isEmpty ? nil : path.map(\.title).joined(separator: " › ") }

    /// The nearest heading as pages anchor it: lower case, words joined by hyphens.
    var anchor: String? {
        guard let title = path.last?.title else { return nil }
        let words = title.lowercased().split { !$0.isLetter && !$0.isNumber }
        return words.isEmpty ? nil : words.joined(separator: "-")
    }

    /// Headings that follow each other without text between them stay in one chunk.
    func isOnlyHeading(_ range: Range<Int>, _ scalars: [Unicode.Scalar]) -> Bool {
        guard let title = path.last?.title else { return false }
        return range.count <= 4 * Self.titleLimit && Self.shown(String(scalars: scalars[range])) == title
    }
}
