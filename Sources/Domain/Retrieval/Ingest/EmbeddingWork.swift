import NIOPosix

/// Embeds documents' chunks, a slice at a time.
struct EmbeddingWork: Sendable {
    /// Chunks of a slice: enough that both cores are busy, few enough that progress is seen.
    static let sliceSize = 64
    /// Texts of one call at the most.
    private static let callTexts = 512

    let embedder: any Embedder
    /// Where texts are cut, which may load the model.
    let threads: NIOThreadPool

    /// The documents with their vectors, in their order.
    /// - Parameter advanced: called after each slice with how many chunks of all are done.
    /// - Throws: `EmbeddingError`, `CancellationError`.
    func embed(_ documents: [IndexableDocument], advanced: (Int) async throws -> Void = { _ in }) async throws -> [EmbeddedDocument] {
        let chunks = documents.flatMap { document in document.chunks.map { (title: document.title, chunk: $0) } }
        var embedded: [EmbeddedDocument.Chunk] = []
        embedded.reserveCapacity(chunks.count)
        for start in stride(from: 0, to: chunks.count, by: Self.sliceSize) {
            embedded += try await embed(chunks[start..<min(start + Self.sliceSize, chunks.count)])
            try await advanced(embedded.count)
        }
        var rest = embedded[...]
        return documents.map { document in
            defer { rest = rest.dropFirst(document.chunks.count) }
            return EmbeddedDocument(key: document.key, partition: document.partition, chunks: Array(rest.prefix(document.chunks.count)))
        }
    }

    private func embed(_ chunks: ArraySlice<(title: String, chunk: IndexableChunk)>) async throws -> [EmbeddedDocument.Chunk] {
        let windows = try await threads.runIfActive { [embedder] in
            try chunks.map { try embedder.windows(of: $0.chunk.text, title: Self.title($0.title, $0.chunk)) }
        }
        let texts = windows.flatMap(\.self)
        var vectors: [ArraySlice<Float>] = []
        vectors.reserveCapacity(texts.count)
        for start in stride(from: 0, to: texts.count, by: Self.callTexts) {
            let part = Array(texts[start..<min(start + Self.callTexts, texts.count)])
            let embeddings = try await embedder.embed(part, priority: .background)
            for place in part.indices { vectors.append(embeddings[place]) }
        }
        var rest = vectors[...]
        return zip(chunks, windows).map { item, windows in
            defer { rest = rest.dropFirst(windows.count) }
            return EmbeddedDocument.Chunk(key: item.chunk.key, windows: Array(rest.prefix(windows.count)))
        }
    }

    /// The document's title, and the headings that a chunk from the middle of a section does not begin with.
    private static func title(_ given: String, _ chunk: IndexableChunk) -> String {
        // A number, as of a record, says nothing of what it is about.
        let title = given.contains(where: \.isLetter) ? given : ""
        guard let own = chunk.heading.split(separator: " › ").last, !chunk.text.hasPrefix(own) else { return title }
        return title.isEmpty ? chunk.heading : "\(title) › \(chunk.heading)"
    }
}
