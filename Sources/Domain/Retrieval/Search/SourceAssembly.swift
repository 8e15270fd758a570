import Conversation

/// Turns passages into what is shown: copies once, neighbours joined.
struct SourceAssembly {
    /// Passages that are joined into one source at the most.
    private static let joined = 3

    private let limit: Int
    private var duplicates = NearDuplicates()
    private var groups: [[(passage: Passage, score: Double)]] = []

    init(limit: Int) { self.limit = limit }

    var isFull: Bool { groups.count == limit }

    /// The next best passage.
    mutating func add(_ passage: Passage, score: Double) {
        guard !isFull, duplicates.isNew(passage.chunk.text) else { return }
        if let place = groups.firstIndex(where: { Self.isNeighbour(passage, of: $0.map(\.passage)) }) {
            groups[place].append((passage, score))
        } else {
            groups.append([(passage, score)])
        }
    }

    /// Best first.
    var sources: [Source] { groups.enumerated().map { Self.source($1, number: $0 + 1) } }

    private static func isNeighbour(_ passage: Passage, of group: [Passage]) -> Bool {
        group.count < joined && group[0].document.id == passage.document.id
            && group.contains { abs($0.chunk.position - passage.chunk.position) == 1 && gap($0.chunk, passage.chunk) != nil }
    }

    /// The white space between two chunks; nil where something else may stand there.
    private static func gap(_ left: Chunk, _ right: Chunk) -> String? {
        let (first, second) = left.start < right.start ? (left, right) : (right, left)
        switch second.start - first.end {
        case 0: return ""
        case 1: return "\n"
        case 2: return "\n\n"
        default: return nil
        }
    }

    private static func source(_ group: [(passage: Passage, score: Double)], number: Int) -> Source {
        let best = group[0]
        guard group.count > 1 else { return Source(best.passage, number: number, score: best.score) }
        let chunks = group.map(\.passage.chunk).sorted { $0.start < $1.start }
        var text = chunks[0].text
        for (before, after) in zip(chunks, chunks.dropFirst()) { text += (gap(before, after) ?? "") + after.text }
        let (own, last) = (best.passage.chunk, chunks[chunks.count - 1])
        let whole = Chunk(
            id: own.id, key: own.key, documentID: own.documentID, position: own.position, text: text, heading: chunks[0].heading,
            anchor: chunks[0].anchor, page: chunks[0].page, start: chunks[0].start, end: last.end)
        return Source(Passage(chunk: whole, document: best.passage.document), number: number, score: best.score)
    }
}

extension Source {
    init(_ passage: Passage, number: Int, score: Double) {
        let (chunk, document) = (passage.chunk, passage.document)
        self.init(
            number: number, chunkID: chunk.id,
            document: .init(id: document.id, title: document.title, filename: document.filename, mediaType: document.mediaType),
            metadata: document.metadata, content: chunk.text, sectionHeading: chunk.heading, sectionAnchor: chunk.anchor, page: chunk.page,
            start: chunk.start, end: chunk.end, score: score)
    }
}
