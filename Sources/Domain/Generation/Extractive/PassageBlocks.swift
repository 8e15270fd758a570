import Retrieval

/// A passage as the blocks that it is made of: headings, items of lists, and text.
struct PassageBlocks {
    enum Role {
        case heading, item, text
    }

    struct Block {
        /// Without the mark of an item.
        var range: Range<Int>
        fileprivate(set) var role = Role.text
        /// It begins another section, or what was joined to the passage.
        let startsChunk: Bool
        fileprivate let mark: Mark?
    }

    fileprivate enum Mark {
        case bullet, number
    }

    private static let bullets: Set<Unicode.Scalar> = ["-", "*", "+", "•", "‣", "◦", "▪", "–", "●", "○", "■"]
    private static let closers: Set<Unicode.Scalar> = ["\"", "'", ")", "]", "”", "’", "»"]
    private static let ends: Set<Unicode.Scalar> = [".", "!", "…", "。", "！"]
    /// Unicode scalars of a heading, and of an item without a mark, at the most.
    private static let labelLength = 100
    private static let itemLength = 200

    let scalars: [Unicode.Scalar]
    private(set) var blocks: [Block] = []

    /// - Parameters:
    ///   - titles: lines that are known to be headings.
    ///   - chunks: where what was joined to the passage begins.
    init(_ text: String, titles: [String], chunks: Set<Int>) {
        scalars = Array(text.unicodeScalars)
        var paragraph: [Range<Int>] = []
        for line in lines() + [scalars.count..<scalars.count] {
            if line.isEmpty || chunks.contains(line.lowerBound) {
                addBlocks(of: paragraph, chunks)
                paragraph = []
            }
            if !line.isEmpty { paragraph.append(line) }
        }
        findKnown(titles)
        findListsAfterColons()
        findLabels()
    }

    func text(_ range: Range<Int>) -> String { String(scalars: scalars[range]).split(whereSeparator: \.isWhitespace).joined(separator: " ") }

    func sentences(of block: Block) -> [Range<Int>] {
        let start = block.range.lowerBound
        return Sentences.ranges(in: Array(scalars[block.range])).map { $0.lowerBound + start..<$0.upperBound + start }
    }

    func endsWithColon(_ range: Range<Int>) -> Bool { scalars[range].last == ":" }

    func isEnded(_ range: Range<Int>) -> Bool {
        scalars[range].last { !Self.closers.contains($0) }.map { Self.ends.contains($0) || $0 == "?" } ?? false
    }

    // MARK: Lines

    /// Without white space at their ends.
    private func lines() -> [Range<Int>] {
        scalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard let first = line.firstIndex(where: { !$0.properties.isWhitespace }),
                let last = line.lastIndex(where: { !$0.properties.isWhitespace })
            else { return line.startIndex..<line.startIndex }
            return first..<last + 1
        }
    }

    /// Items with a mark and records, such as the rows of a table, are blocks by the line.
    private mutating func addBlocks(of lines: [Range<Int>], _ chunks: Set<Int>) {
        let areRecords = lines.count { Sentences.isRecord(scalars[$0]) } * 2 > lines.count
        let marks = lines.map { mark($0) }
        let areItems = marks.first.map { $0 != nil } == true || marks.count { $0 != nil } > 1
        for (place, line) in lines.enumerated() {
            let mark = areItems ? marks[place] : nil
            if place == 0 || areRecords || mark != nil || place == 1 && isHeading(lines) {
                let range = line.lowerBound + (mark?.length ?? 0)..<line.upperBound
                blocks.append(Block(range: range, startsChunk: chunks.contains(line.lowerBound), mark: mark?.mark))
            } else if let last = blocks.indices.last {
                blocks[last].range = blocks[last].range.lowerBound..<line.upperBound
            }
        }
    }

    private func mark(_ line: Range<Int>) -> (mark: Mark, length: Int)? {
        guard let end = scalars[line].firstIndex(of: " ") else { return nil }
        let word = scalars[line.lowerBound..<end]
        if word.count == 1, Self.bullets.contains(scalars[line.lowerBound]) { return (.bullet, 2) }
        let isNumber = (2...3).contains(word.count) && word.dropLast().allSatisfy { ("0"..."9").contains($0) }
        return isNumber && (word.last == "." || word.last == ")") ? (.number, word.count + 1) : nil
    }

    /// Whether the first line of a paragraph is not merely wrapped: the next one's first word would have had room on it.
    private func isHeading(_ lines: [Range<Int>]) -> Bool {
        guard isLabel(lines[0]), scalars[lines[1].lowerBound].properties.isUppercase else { return false }
        let word = scalars[lines[1]].prefix { !$0.properties.isWhitespace }
        return lines[0].count + 1 + word.count < lines.map(\.count).max() ?? 0
    }

    // MARK: Roles

    private mutating func findKnown(_ titles: [String]) {
        for place in blocks.indices {
            let block = blocks[place]
            let isNumbered = block.mark == .number
            if titles.contains(text(block.range)) || block.startsChunk && block.mark != .bullet && isLabel(block.range) {
                blocks[place].role = .heading
            } else if block.mark == .bullet || isNumbered && [place - 1, place + 1].contains(where: { isNumber($0) }) {
                blocks[place].role = .item
            }
        }
    }

    private func isNumber(_ place: Int) -> Bool { blocks.indices.contains(place) && blocks[place].mark == .number }

    /// What a colon announces and what looks alike.
    private mutating func findListsAfterColons() {
        for place in blocks.indices where blocks[place].role == .text && endsWithColon(blocks[place].range) {
            let rest = blocks[(place + 1)...]
            guard let first = rest.first else { return }
            let items = rest.prefix {
                !$0.startsChunk && $0.role == .text && isShort($0) && isEnded($0.range) == isEnded(first.range)
            }
            for item in items.indices { blocks[item].role = .item }
        }
    }

    private func isShort(_ block: Block) -> Bool {
        block.range.count <= Self.itemLength && !endsWithColon(block.range) && sentences(of: block).count == 1
    }

    /// A line of its own that states nothing heads what follows it; several in a row are a list under the first, or under a known heading.
    private mutating func findLabels() {
        let isLabel = blocks.map { $0.role == .text && self.isLabel($0.range) }
        let hasText = zip(blocks, isLabel).contains { $0.role == .item || $0.role == .text && !$1 }
        let hasHeading = blocks.contains { $0.role == .heading }
        // Where nothing else stands, one line is what is stated.
        guard hasText || isLabel.count(where: \.self) > (hasHeading ? 1 : 2) else { return }
        var place = 0
        while place < blocks.count {
            let count = isLabel[place...].prefix { $0 }.count
            let isBelow = place > 0 && blocks[place - 1].role == .heading
            for label in place..<place + count {
                let isItem = isBelow ? count > 1 : count > 2 && label > place
                blocks[label].role = isItem ? .item : .heading
            }
            place += max(1, count)
        }
    }

    /// Whether it may be a heading: one short line that ends no sentence. A question, too, only says what follows it.
    private func isLabel(_ range: Range<Int>) -> Bool {
        guard range.count <= Self.labelLength, !scalars[range].contains("\n"), !Sentences.isRecord(scalars[range]),
            let last = scalars[range].last(where: { !Self.closers.contains($0) }), !Self.ends.contains(last), !":;,".unicodeScalars.contains(last)
        else { return false }
        return Sentences.ranges(in: Array(scalars[range])).count == 1
    }
}
