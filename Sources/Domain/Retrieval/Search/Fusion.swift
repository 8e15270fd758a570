import VectorIndex

/// A passage that one of the searches found, with what both say of it.
struct Candidate: Sendable {
    let chunk: ChunkAddress
    /// BM25 over the score that no passage exceeds, 0–1.
    let lexical: Double
    /// The vectors of its windows; none where it is not embedded yet.
    let windows: [[Float]]
    /// Cosine of the question and the nearest window.
    var dense: Double
    var score = 0.0

    init(_ chunk: ChunkAddress, lexical: Double, windows: [[Float]], near vector: [Float]) {
        self.chunk = chunk
        self.lexical = lexical
        self.windows = windows
        dense = 0
        compare(with: vector)
    }

    mutating func compare(with vector: [Float]) {
        dense = windows.map { Double(VectorMath.dot($0, vector)) }.max() ?? 0
        score = (1 - Fusion.denseShare) * lexical + Fusion.denseShare * dense
    }
}

/// Makes one ranking of what two searches found: half of each, since both scores run from 0 to 1 and are comparable between questions
/// (measured against ranks and other scalings in Docs/research/hybrid-retrieval.md).
enum Fusion {
    static let denseShare = 0.5
    /// The question's vector is moved toward the best passages by this much: Rocchio, "Relevance Feedback in Information Retrieval", 1971.
    private static let feedback: Float = 0.3
    private static let feedbackPassages = 3
    /// Passages that resemble good ones are good: each of the best takes a share of what its nearest have.
    private static let neighbourShare = 0.15
    private static let neighbours = 3
    private static let smoothed = 50

    /// Best first.
    static func rank(_ candidates: [Candidate], question: [Float]) -> [Candidate] {
        var ranked = candidates.sorted(by: isBetter)
        let feedback = ranked.prefix(feedbackPassages).compactMap { candidate in
            candidate.windows.first.map { (vector: $0, weight: Float(max(0, candidate.score))) }
        }
        if let middle = VectorMath.unitSum(feedback), let moved = VectorMath.unitSum([(question, 1), (middle, Self.feedback)]) {
            for place in ranked.indices { ranked[place].compare(with: moved) }
            ranked.sort(by: isBetter)
        }
        return smooth(Array(ranked.prefix(smoothed))) + ranked.dropFirst(smoothed)
    }

    private static func isBetter(_ left: Candidate, _ right: Candidate) -> Bool {
        (left.score, right.chunk.key) > (right.score, left.chunk.key)
    }

    private static func smooth(_ best: [Candidate]) -> [Candidate] {
        var similarity = [Double](repeating: 0, count: best.count * best.count)
        for left in best.indices {
            guard let vector = best[left].windows.first else { continue }
            for right in best.indices.dropFirst(left + 1) {
                guard let other = best[right].windows.first else { continue }
                let likeness = max(0, Double(VectorMath.dot(vector, other)))
                similarity[left * best.count + right] = likeness
                similarity[right * best.count + left] = likeness
            }
        }
        var result = best
        for place in best.indices {
            let row = similarity[place * best.count..<(place + 1) * best.count]
            let nearest = row.enumerated().sorted { $0.element > $1.element }.prefix(neighbours)
            let total = nearest.reduce(0) { $0 + $1.element }
            guard total > 0 else { continue }
            let around = nearest.reduce(0) { $0 + $1.element * best[$1.offset].score } / total
            result[place].score = (1 - neighbourShare) * best[place].score + neighbourShare * around
        }
        return result.sorted(by: isBetter)
    }
}
