package import Access
package import Conversation
import JSON
package import Logging
import SearchIndex

/// Finds passages: narrow scopes first, wider ones only while the evidence is thin. Whatever the scope, only what the asker may
/// read is searched.
package struct RetrievalService: Sendable {
    /// Passages that are looked at for each that is wanted: copies and neighbours take no place of their own.
    private static let depth = 3

    private let store: any DocumentStore
    private let index: any PassageIndex
    private let reranker: (any Reranker)?
    private let logger: Logger
    private let clock = ContinuousClock()

    /// - Parameter reranker: puts what was found in order, where there is one.
    package init(store: any DocumentStore, index: any PassageIndex, reranker: (any Reranker)? = nil, logger: Logger) {
        self.store = store
        self.index = index
        self.reranker = reranker
        self.logger = logger
    }

    /// - Throws: `RetrievalError`.
    package func retrieve(_ request: RetrievalRequest) async throws -> RetrievalResult {
        let start = clock.now
        let question = SearchQuestion(request.query, after: request.earlier, rewritten: request.rewritten)
        let scopes = try await scopes(of: request)
        var narrowest = CascadeTier.none
        var found: (findings: PassageFindings, tier: CascadeTier, partitions: [Int64]) = (.nothing, .none, [])
        for scope in scopes {
            let findings = try await search(question, request, scope)
            if findings.isEnough {
                let isBetter = !Self.isNoBetter(findings, than: found.findings)
                found =
                    isBetter
                    ? (findings, scope.tier(findings), scope.partitions) : (found.findings.with(findings), narrowest, found.partitions)
                break
            }
            // Where nothing is enough, what the narrowest scope found comes nearest to what was asked.
            if found.findings.hits.isEmpty { (found, narrowest) = ((findings, .none, scope.partitions), scope.tier(findings)) }
        }
        let hits = try await reranked(found.findings.hits, request)
        let sources = try await sources(for: hits, limit: request.topK)
        return RetrievalResult(
            sources: sources, tier: found.tier, evidence: found.findings.evidence,
            isUnknown: Self.isUnknown(request.query, found.tier, searched: scopes.contains { !$0.partitions.isEmpty }),
            searchMilliseconds: (clock.now - start) / .milliseconds(1), partitions: found.partitions)
    }

    /// Whether the documents know nothing of what is asked.
    /// - Parameter searched: there are some.
    package static func isUnknown(_ query: String, _ tier: CascadeTier, searched: Bool) -> Bool {
        tier == .none && searched && !Analyzer().terms(query).isEmpty
    }

    /// What is searched for an asker, in a collection or in all that they may read.
    package func partitions(for asker: Asker, collection: CollectionID?) async throws -> [Int64] {
        try await store.partitions(for: asker, collection: collection)
    }

    /// How much each term tells in what was searched.
    package func weights(of terms: [String], partitions: [Int64]) async throws -> [String: Double] {
        try await index.weights(of: terms, partitions: partitions)
    }

    /// Whether a wider scope holds nothing that answers better: it is only among more passages that the narrower one's best stands out.
    private static func isNoBetter(_ wider: PassageFindings, than narrower: PassageFindings) -> Bool {
        guard wider.usedEmbeddings, let best = wider.hits.first, let known = narrower.hits.first else { return false }
        return best.score <= sameScore * known.score
    }

    /// Scores of one passage in two scopes differ by this much: words are told apart by how common they are.
    private static let sameScore = 1.05

    // MARK: Scopes

    private struct Scope {
        let narrow: CascadeTier?
        let partitions: [Int64]
        let filters: MetadataFilters

        func tier(_ findings: PassageFindings) -> CascadeTier { narrow ?? (findings.usedEmbeddings ? .global : .lexical) }
    }

    private func scopes(of request: RetrievalRequest) async throws -> [Scope] {
        let partitions = try await store.partitions(for: request.asker, collection: request.collectionID)
        if request.collectionID != nil, partitions.isEmpty { throw RetrievalError.noSuchCollection }
        var scopes: [Scope] = []
        if let creator = request.creator {
            var filters = request.filters
            let wanted = JSONValue.string(creator)
            // Both must hold.
            if filters.conditions["creator"]?.contains(wanted) ?? true {
                filters.conditions["creator"] = [wanted]
                scopes.append(Scope(narrow: .creator, partitions: partitions, filters: filters))
            }
        }
        if request.collectionID != nil { scopes.append(Scope(narrow: .collection, partitions: partitions, filters: request.filters)) }
        let all = try await store.partitions(for: request.asker, collection: nil)
        // Where the collection is all that may be read, searching it again finds nothing else.
        if request.collectionID == nil || Set(all) != Set(partitions) {
            scopes.append(Scope(narrow: nil, partitions: all, filters: request.filters))
        }
        return scopes
    }

    private func search(_ question: SearchQuestion, _ request: RetrievalRequest, _ scope: Scope) async throws -> PassageFindings {
        var documents: Set<Int64>?
        if !scope.filters.isEmpty {
            let matching = try await store.documentKeys(in: scope.partitions, matching: scope.filters)
            guard !matching.isEmpty else { return .nothing }
            documents = matching
        }
        var parts: [PassageFindings] = []
        for part in question.parts() {
            do {
                parts.append(
                    try await index.search(
                        PassageQuery(
                            question: part, mode: request.mode, partitions: scope.partitions, documents: documents,
                            limit: request.topK * Self.depth)))
            } catch is EmbeddingError { throw RetrievalError.modeUnavailable(request.mode) }
        }
        return Self.inTurn(parts)
    }

    /// Of several questions asked at once, each has its best passage, then each its second, and so on.
    private static func inTurn(_ parts: [PassageFindings]) -> PassageFindings {
        guard parts.count > 1 else { return parts.first ?? .nothing }
        var seen: Set<Int64> = []
        var hits: [PassageHit] = []
        for rank in 0..<(parts.map(\.hits.count).max() ?? 0) {
            for part in parts where part.hits.indices.contains(rank) && seen.insert(part.hits[rank].chunkKey).inserted {
                hits.append(part.hits[rank])
            }
        }
        return PassageFindings(
            hits: hits, evidence: parts.map(\.evidence).max() ?? 0, isEnough: parts.contains(where: \.isEnough),
            usedEmbeddings: parts.contains(where: \.usedEmbeddings))
    }

    /// A reranker that does not answer costs its order alone.
    private func reranked(_ hits: [PassageHit], _ request: RetrievalRequest) async throws -> [PassageHit] {
        guard let reranker, request.mode == .hybrid, hits.count > 1 else { return hits }
        let passages = try await store.passages(hits.map(\.chunkKey))
        let known = hits.filter { passages[$0.chunkKey] != nil }
        do {
            let scores = try await reranker.scores(of: known.compactMap { passages[$0.chunkKey]?.chunk.text }, for: request.query)
            return zip(known, scores).map { PassageHit(chunkKey: $0.chunkKey, score: $1) }.sorted { $0.score > $1.score }
        } catch let error as RerankError {
            logger.warning("the reranker did not answer", metadata: ["error": "\(error)"])
            return hits
        }
    }

    /// A chunk that was deleted between the search and now is left out.
    private func sources(for hits: [PassageHit], limit: Int) async throws -> [Source] {
        var assembly = SourceAssembly(limit: limit)
        for start in stride(from: 0, to: hits.count, by: limit) where !assembly.isFull {
            let next = hits[start..<min(start + limit, hits.count)]
            let passages = try await store.passages(next.map(\.chunkKey))
            for hit in next { if let passage = passages[hit.chunkKey] { assembly.add(passage, score: hit.score) } }
        }
        var sources: [Source] = []
        for (best, score, chunks) in assembly.parts {
            var passage = best
            var parts: [Source.Part] = []
            // Where the document was replaced since, the best passage stands alone.
            if chunks.count > 1, let text = try await store.text(ofNeighbours: chunks.map(\.key)) {
                passage = best.widened(to: chunks, text: text)
                parts = chunks.map { Source.Part(page: $0.page, start: $0.start) }
            }
            var source = Source(passage, number: sources.count + 1, score: score)
            source.parts = parts
            sources.append(source)
        }
        return sources
    }
}
