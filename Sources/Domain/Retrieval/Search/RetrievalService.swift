import Conversation
import JSON
import SearchIndex

/// Finds passages: narrow scopes first, wider ones only while the evidence is thin. Whatever the scope, only what the asker may
/// read is searched.
package struct RetrievalService: Sendable {
    /// Evidence below this share of the question's weight does not carry an answer.
    package static let enoughEvidence = 0.45

    private let store: any DocumentStore
    private let lexical: any PassageIndex
    private let clock = ContinuousClock()

    package init(store: any DocumentStore, lexical: any PassageIndex) {
        self.store = store
        self.lexical = lexical
    }

    /// - Throws: `RetrievalError`.
    package func retrieve(_ request: RetrievalRequest) async throws -> RetrievalResult {
        guard request.mode != .dense else { throw RetrievalError.modeUnavailable(.dense) }
        let start = clock.now
        var best: (hits: [PassageHit], tier: CascadeTier)?
        let scopes = try await scopes(of: request)
        for scope in scopes {
            let hits = try await search(request, scope)
            let evidence = hits.map(\.evidence).max() ?? 0
            if evidence >= Self.enoughEvidence {
                best = (hits, scope.tier)
                break
            }
            if best == nil || best?.hits.isEmpty == true { best = (hits, .none) }
        }
        let hits = best?.hits ?? []
        let sources = try await sources(for: hits)
        return RetrievalResult(
            sources: sources, tier: best?.tier ?? .none,
            isUnknown: hits.isEmpty && scopes.contains { !$0.partitions.isEmpty } && !Analyzer().terms(request.query).isEmpty,
            searchMilliseconds: (clock.now - start) / .milliseconds(1))
    }

    private struct Scope {
        let tier: CascadeTier
        let partitions: [Int64]
        let filters: MetadataFilters
    }

    private func scopes(of request: RetrievalRequest) async throws -> [Scope] {
        let partitions = try await store.partitions(for: request.asker, collection: request.collectionID)
        if request.collectionID != nil, partitions.isEmpty { throw RetrievalError.noSuchCollection }
        var scopes: [Scope] = []
        if let creator = request.creator {
            var filters = request.filters
            filters.conditions["creator"] = [.string(creator)]
            scopes.append(Scope(tier: .creator, partitions: partitions, filters: filters))
        }
        if request.collectionID != nil { scopes.append(Scope(tier: .collection, partitions: partitions, filters: request.filters)) }
        let all = try await store.partitions(for: request.asker, collection: nil)
        scopes.append(Scope(tier: .lexical, partitions: all, filters: request.filters))
        return scopes
    }

    private func search(_ request: RetrievalRequest, _ scope: Scope) async throws -> [PassageHit] {
        var documents: Set<Int64>?
        if !scope.filters.isEmpty {
            let matching = try await store.documentKeys(in: scope.partitions, matching: scope.filters)
            guard !matching.isEmpty else { return [] }
            documents = matching
        }
        return try await lexical.search(
            PassageQuery(text: request.query, partitions: scope.partitions, documents: documents, limit: request.topK))
    }

    /// A chunk that was deleted between the search and now is left out.
    private func sources(for hits: [PassageHit]) async throws -> [Source] {
        let passages = try await store.passages(hits.map(\.chunkKey))
        var sources: [Source] = []
        for hit in hits {
            guard let passage = passages[hit.chunkKey] else { continue }
            sources.append(Source(passage, number: sources.count + 1, score: hit.score))
        }
        return sources
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
