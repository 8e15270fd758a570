import Foundation
import JSON

/// Claims with the documents that support or contradict them, and the sentences that do.
struct CitationTestSet: Sendable {
    struct Document: Sendable {
        let id: String
        let title: String
        let text: String
        /// Where its sentences stand in the text, in Unicode scalars.
        let sentences: [Range<Int>]
    }

    struct Evidence: Sendable {
        let document: String
        let supports: Bool
        /// Any of them tells it.
        let sentences: Set<Int>
    }

    struct Claim: Sendable {
        let id: String
        let text: String
        let evidence: [Evidence]
    }

    let documents: [String: Document]
    let claims: [Claim]
    /// All documents that are judged for a claim, by claim.
    let judged: [String: Set<String>]

    /// - Parameter directory: `corpus.jsonl`, `queries.jsonl` and `qrels/` as of a `RetrievalTestSet`; `abstract_sentences.jsonl` with
    ///   {doc, sentences} and `evidence_sentences.jsonl` with {id, doc, label, sentences} lines, the latter by number from 0.
    init(directory: String, qrels: String?) throws {
        let set = try RetrievalTestSet(directory: directory, qrels: qrels)
        let texts = Dictionary(set.documents.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var documents: [String: Document] = [:]
        for line in try RetrievalTestSet.lines("\(directory)/abstract_sentences.jsonl") {
            guard let id = line["doc"]?.string, let document = texts[id] else { continue }
            let sentences = (line["sentences"]?.array ?? []).map { $0.string ?? "" }
            documents[id] = Document(
                id: id, title: document.title, text: document.text, sentences: Self.places(of: sentences, in: document.text))
        }
        self.documents = documents
        var evidence: [String: [String: Evidence]] = [:]
        for line in try RetrievalTestSet.lines("\(directory)/evidence_sentences.jsonl") {
            guard let id = line["id"]?.string, let document = line["doc"]?.string, let label = line["label"]?.string else { continue }
            let known = evidence[id]?[document]?.sentences ?? []
            evidence[id, default: [:]][document] = Evidence(
                document: document, supports: label == "SUPPORT",
                sentences: known.union((line["sentences"]?.array ?? []).compactMap { $0.int }))
        }
        claims = set.queries.compactMap { query in
            guard let found = evidence[query.id] else { return nil }
            let known = found.values.filter { documents[$0.document] != nil }.sorted { $0.document < $1.document }
            return known.isEmpty ? nil : Claim(id: query.id, text: query.text, evidence: known)
        }
        guard !claims.isEmpty else { throw CommandFailure("\(directory)/evidence_sentences.jsonl has no evidence for a judged query.") }
        judged = set.judgements.mapValues { Set($0.keys) }.merging(evidence.mapValues { Set($0.keys) }) { $0.union($1) }
    }

    /// Each is looked for behind the one before it; one that is not there has an empty place.
    private static func places(of sentences: [String], in text: String) -> [Range<Int>] {
        let scalars = Array(text.unicodeScalars)
        var next = 0
        return sentences.map { sentence in
            let wanted = Array(sentence.unicodeScalars.drop { $0.properties.isWhitespace })
            guard !wanted.isEmpty, wanted.count <= scalars.count else { return next..<next }
            for start in stride(from: next, through: scalars.count - wanted.count, by: 1)
            where scalars[start] == wanted[0] && scalars[start..<start + wanted.count].elementsEqual(wanted) {
                next = start + wanted.count
                return start..<next
            }
            return next..<next
        }
    }
}
