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

    /// Best first: the best passage of each source, and what it is joined with, in the document's order.
    var parts: [(best: Passage, score: Double, chunks: [Chunk])] {
        groups.map { ($0[0].passage, $0[0].score, $0.map(\.passage.chunk).sorted { $0.position < $1.position }) }
    }

    private static func isNeighbour(_ passage: Passage, of group: [Passage]) -> Bool {
        group.count < joined && group[0].document.id == passage.document.id
            && group.contains { abs($0.chunk.position - passage.chunk.position) == 1 }
    }
}

extension Passage {
    /// The same place in its document from the first of the chunks to the last.
    func widened(to chunks: [Chunk], text: String) -> Passage {
        guard let first = chunks.first, let last = chunks.last else { return self }
        return Passage(
            chunk: Chunk(
                id: chunk.id, key: chunk.key, documentID: chunk.documentID, position: chunk.position, text: text, heading: chunk.heading,
                anchor: chunk.anchor, page: first.page, start: first.start, end: last.end), document: document)
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
