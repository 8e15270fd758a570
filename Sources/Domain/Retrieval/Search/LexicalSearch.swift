import SearchIndex

/// Search by words alone: what there is without embeddings.
struct LexicalSearch {
    /// Evidence below this share of the question's weight does not carry an answer.
    static let enough = 0.45
    private static let togetherTerms = 2

    let index: LexicalIndex

    func run(_ query: PassageQuery) -> PassageFindings {
        let terms = query.question.terms(index.terms)
        let hits = index.query(terms, partitions: query.partitions).best(query.limit, documents: query.documents)
        let evidence = hits.map(Self.evidence).max() ?? 0
        return PassageFindings(
            hits: hits.map { PassageHit(chunkKey: $0.key, score: $0.score) }, evidence: evidence, isEnough: evidence >= Self.enough,
            usedEmbeddings: false)
    }

    /// The share of the question that a passage speaks of. Where several of its words stand together that is no chance, and words that
    /// no passage knows are left out: a question may be wrapped in what says nothing.
    private static func evidence(_ hit: LexicalHit) -> Double {
        hit.matchedTerms >= togetherTerms ? max(hit.coverage, 0.9 * hit.knownCoverage) : hit.coverage
    }
}
