import Conversation
import Generation
import JSON
import LoquatClient
import Retrieval
import SearchIndex
import TimeOrdered

/// Puts claims into answers that cite a document, and counts what the checker of citations says.
struct CitationEvaluation: Sendable {
    private static let results = 10
    private static let seed: UInt64 = 11

    let set: CitationTestSet
    /// Nil for words alone.
    let words: (any WordEmbedder)?

    func run(_ client: Client) async throws -> JSONValue {
        let documents = set.documents.values.sorted { $0.id < $1.id }
        let library = try await EvaluationLibrary(documents.map { .init(id: $0.id, title: $0.title, text: $0.text) }, client)
        let index = LexicalIndex()
        for (key, document) in documents.enumerated() {
            let passage = IndexedPassage(key: Int64(key), title: document.title, heading: "", body: document.text)
            index.replace(document: Int64(key), in: 1, passages: [passage])
        }
        var (supported, contradicted, inList) = (OwnFigures(), OwnFigures(), ListFigures())
        var chance = Chance(state: Self.seed)
        for claim in set.claims {
            var evidence = ClaimEvidence(words: words, index: index)
            for found in claim.evidence {
                guard let document = set.documents[found.document] else { continue }
                let citation = try await check(claim, [document], cited: 1, &evidence)
                let isRight = citation?.quote.map { Self.sentence(of: $0, in: document) }.map(found.sentences.contains) ?? false
                if found.supports { supported.add(citation, isRight) } else { contradicted.add(citation, isRight) }
            }
            guard let gold = claim.evidence.first(where: \.supports).flatMap({ set.documents[$0.document] }) else { continue }
            try await compare(claim, gold, with: try await rivals(of: claim, library, client), &evidence, &chance, &inList)
        }
        return [
            "claims": .number(JSONNumber(set.claims.count)), "by_meaning": .bool(words != nil), "supported": supported.json,
            "contradicted": contradicted.json, "in_list": inList.json,
        ]
    }

    /// The documents that a search for the claim finds beside the judged ones.
    private func rivals(of claim: CitationTestSet.Claim, _ library: EvaluationLibrary, _ client: Client) async throws -> [CitationTestSet.Document] {
        let answer = try await client.request(
            "POST", "/api/v1/retrievals",
            body: ["query": .string(claim.text), "collection_id": library.collection, "top_k": .number(JSONNumber(2 * Self.results))])
        let found = EvaluationLibrary.documents(of: answer["results"]).prefix(Self.results)
        return found.filter { set.judged[claim.id]?.contains($0) != true }.compactMap { set.documents[$0] }
    }

    private func compare(
        _ claim: CitationTestSet.Claim, _ gold: CitationTestSet.Document, with rivals: [CitationTestSet.Document],
        _ evidence: inout ClaimEvidence, _ chance: inout Chance, _ figures: inout ListFigures
    ) async throws {
        guard !rivals.isEmpty else { return }
        let rival = rivals[Int(chance.next() % UInt64(rivals.count))]
        var sources = rivals
        let goldPlace = Int(chance.next() % UInt64(rivals.count + 1))
        sources.insert(gold, at: goldPlace)
        let rivalPlace = sources.firstIndex { $0.id == rival.id } ?? 0
        figures.add(
            gold: try await check(claim, sources, cited: goldPlace + 1, &evidence), goldNumber: goldPlace + 1,
            alone: try await check(claim, [rival], cited: 1, &evidence),
            other: try await check(claim, sources, cited: rivalPlace + 1, &evidence))
    }

    private func check(
        _ claim: CitationTestSet.Claim, _ documents: [CitationTestSet.Document], cited: Int, _ evidence: inout ClaimEvidence
    ) async throws -> Citation? {
        var checker = CitationChecker(sources: documents.enumerated().map { Self.source($0 + 1, $1) }, asksForEvidence: words != nil)
        let text = claim.text.last == "." ? String(claim.text.dropLast()) : claim.text
        var outputs = checker.feed("\(text) [\(cited)].") + checker.finish()
        while let need = checker.need { outputs += checker.supply(try await evidence.answer(need)) }
        return outputs.lazy.compactMap { if case .citation(let citation) = $0, citation.citedNumber != nil { citation } else { nil } }.first
    }

    private static func source(_ number: Int, _ document: CitationTestSet.Document) -> Source {
        Source(
            number: number, chunkID: UUIDv7(high: 1, low: UInt64(number)),
            document: .init(id: UUIDv7(high: 2, low: UInt64(number)), title: document.title, filename: nil, mediaType: "text/plain"), metadata: [:],
            content: document.text, sectionHeading: nil, sectionAnchor: nil, page: nil, start: 0, end: document.text.unicodeScalars.count, score: 1)
    }

    /// The sentence that shares most with the quote.
    private static func sentence(of quote: Citation.Quote, in document: CitationTestSet.Document) -> Int {
        let shared = document.sentences.map { $0.clamped(to: quote.start..<quote.end).count }
        return shared.indices.max { (shared[$0], $1) < (shared[$1], $0) } ?? -1
    }

    /// SplitMix64.
    private struct Chance {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }
}

/// Reads each text once for all checks of a claim.
private struct ClaimEvidence {
    let words: (any WordEmbedder)?
    let index: LexicalIndex
    private var known: [String: WordVectors] = [:]

    init(words: (any WordEmbedder)?, index: LexicalIndex) {
        self.words = words
        self.index = index
    }

    mutating func answer(_ need: CitationEvidence.Need) async throws -> CitationEvidence {
        let missing = need.texts.filter { known[$0] == nil }
        let read = try await words?.wordVectors(of: missing, priority: .interactive) ?? []
        for (text, vectors) in zip(missing, read) { known[text] = vectors }
        let once = Dictionary(need.terms.map { ($0, Float(1)) }, uniquingKeysWith: { first, _ in first })
        let weights = index.query(once, partitions: [1]).weights.mapValues(Double.init)
        return CitationEvidence(vectors: known.filter { need.texts.contains($0.key) }, weights: weights)
    }
}
