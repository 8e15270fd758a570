import SearchIndex
import VectorIndex

/// Search by words and by meaning together, or by meaning alone.
struct HybridSearch {
    /// What each of the two searches brings.
    private static let lexicalDepth = 100
    /// Windows, of which a passage may have several.
    private static let denseDepth = 160

    let lexical: LexicalIndex
    let dense: DenseIndex
    /// The vector of each of the question's texts.
    let vectors: [String: [Float]]

    func run(_ query: PassageQuery) throws -> PassageFindings {
        let question = query.question
        let scope = VectorScope(partitions: query.partitions, documents: query.documents)
        guard let vector = vector(of: question) else { return .nothing }
        let near = try dense.search(vector, in: scope, windows: Self.denseDepth)
        let related = near.filter { $0.score >= Evidence.unrelated }
        let words = lexical.query(question.terms(lexical.terms), partitions: query.partitions)
        let worded = words.best(Self.lexicalDepth, documents: query.documents)
        guard !worded.isEmpty || isMeant(question) else { return .nothing }
        var evidence = try evidence(for: query, scope, near: near, worded: worded, ideal: words.ideal)
        var ranked = query.mode == .dense ? related.map { (key: $0.chunk.key, score: $0.score) } : fuse(related, worded, words, vector)
        let named = query.mode == .dense ? [] : named(query)
        if !named.isEmpty {
            evidence.raise()
            let best = ranked.first?.score ?? 0
            ranked = ranked.filter { named.contains($0.key) }.map { ($0.key, max(best, $0.score)) } + ranked.filter { !named.contains($0.key) }
        }
        return PassageFindings(
            hits: ranked.prefix(query.limit).map { PassageHit(chunkKey: $0.key, score: $0.score) }, evidence: evidence.share,
            isEnough: evidence.isEnough, usedEmbeddings: true)
    }

    /// Whether a question of which the library holds no word can be told by its meaning. A name or a number that is not there is not there,
    /// however like another it looks.
    private func isMeant(_ question: SearchQuestion) -> Bool {
        let words = Analyzer().words(question.text).filter { !Analyzer.isStopWord($0) }
        return words.isEmpty || !question.earlier.isEmpty || words.contains { dense.embedder.knows($0) }
    }

    /// Passages that hold nearly all of what is asked, a name or number among it that hardly any other has: whatever else they speak of,
    /// this is what was meant.
    private func named(_ query: PassageQuery) -> Set<Int64> {
        let words = Analyzer().words(query.question.text).filter { !Analyzer.isStopWord($0) }
        let names = words.filter { !dense.embedder.knows($0) || $0.count >= Self.longNumber && $0.contains(where: \.isNumber) }
        guard !names.isEmpty else { return [] }
        func hits(_ text: String) -> [LexicalHit] {
            lexical.query(lexical.terms(text), partitions: query.partitions).best(Self.rare + 1, documents: query.documents)
        }
        let holders = hits(names.joined(separator: " "))
        guard holders.count <= Self.rare else { return [] }
        return Set(hits(query.question.text).filter { $0.coverage >= Self.nearlyAll }.map(\.key)).intersection(holders.map(\.key))
    }

    /// Passages that may share a rare name.
    private static let rare = 3
    private static let longNumber = 4
    /// Of the weight of a question's words.
    private static let nearlyAll = 0.8

    private func vector(of question: SearchQuestion) -> [Float]? {
        guard let last = vectors[question.text] else { return nil }
        return VectorMath.unitSum([(last, 1)] + question.earlier.compactMap { vectors[$0].map { ($0, Float(question.weight)) } })
    }

    /// Both scores are exact for every candidate: what one search did not bring is looked up.
    private func fuse(_ near: [DenseHit], _ worded: [LexicalHit], _ words: LexicalQuery, _ vector: [Float]) -> [(key: Int64, score: Double)] {
        let ideal = max(words.ideal, .leastNonzeroMagnitude)
        var scores: [ChunkAddress: Double] = [:]
        for hit in worded { scores[ChunkAddress(document: hit.document, key: hit.key)] = hit.score }
        let unworded = near.map(\.chunk).filter { scores[$0] == nil }
        for (chunk, score) in zip(unworded, words.scores(of: unworded.map { ($0.document, $0.key) })) { scores[chunk] = score }
        let candidates = scores.map { chunk, score in
            Candidate(chunk, lexical: score / ideal, windows: dense.windows(of: chunk), near: vector)
        }
        return Fusion.rank(candidates, question: vector).map { ($0.chunk.key, $0.score) }
    }

    // MARK: Evidence

    /// Of the last turns as they were said: by meaning with the one before it, by words alone.
    private func evidence(
        for query: PassageQuery, _ scope: VectorScope, near: [DenseHit], worded: [LexicalHit], ideal: Double
    ) throws -> Evidence {
        let question = query.question
        guard !question.earlier.isEmpty else { return Evidence(dense: Self.documents(near), lexical: Self.documents(worded, ideal)) }
        let said = lexical.query(lexical.terms(question.text), partitions: query.partitions)
        let sayings = said.best(Self.lexicalDepth, documents: query.documents)
        let meant = try vectors[question.evidenceText].map { try dense.search($0, in: scope, windows: Self.denseDepth) } ?? near
        let own = Evidence(dense: Self.documents(meant), lexical: Self.documents(sayings, said.ideal))
        guard let before = question.meant, let vector = vectors[before] else { return own }
        let asked = lexical.query(lexical.terms(before), partitions: query.partitions)
        let earlier = Evidence(
            dense: Self.documents(try dense.search(vector, in: scope, windows: Self.denseDepth)),
            lexical: Self.documents(asked.best(Self.lexicalDepth, documents: query.documents), asked.ideal))
        return earlier.sum > own.sum ? earlier : own
    }

    /// A document stands where its best passage stands.
    private static func documents(_ hits: [DenseHit]) -> [Double] {
        var seen: Set<Int64> = []
        return hits.filter { seen.insert($0.chunk.document).inserted }.map(\.score)
    }

    private static func documents(_ hits: [LexicalHit], _ ideal: Double) -> [Double] {
        var seen: Set<Int64> = []
        return hits.filter { seen.insert($0.document).inserted }.map { $0.score / max(ideal, .leastNonzeroMagnitude) }
    }
}
