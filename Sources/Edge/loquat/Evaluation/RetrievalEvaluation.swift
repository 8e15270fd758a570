import Foundation
import JSON
import LoquatClient
import ServerSentEvents

/// Reads a test set into a server and measures its retrieval through the API.
struct RetrievalEvaluation: Sendable {
    let set: RetrievalTestSet
    let mode: String

    private static let depth = 10
    private static let parallel = 8

    func run(_ client: Client) async throws -> JSONValue {
        let collection = try await client.request("POST", "/api/v1/collections", body: ["name": "evaluation"])["id"] ?? .null
        try await load(into: collection, client)
        var scores: [(gain: Double, recall: Double, rank: Double, milliseconds: Double)] = []
        for query in set.queries { scores.append(try await score(query, collection, client)) }
        let times = scores.map(\.milliseconds).sorted()
        return [
            "queries": .number(JSONNumber(scores.count)), "documents": .number(JSONNumber(set.documents.count)), "mode": .string(mode),
            "ndcg_at_10": Self.rounded(Self.mean(scores.map(\.gain))), "recall_at_10": Self.rounded(Self.mean(scores.map(\.recall))),
            "mrr_at_10": Self.rounded(Self.mean(scores.map(\.rank))),
            "search_ms_p50": Self.rounded(times.isEmpty ? 0 : times[times.count / 2]),
        ]
    }

    private func load(into collection: JSONValue, _ client: Client) async throws {
        try await withThrowingTaskGroup(of: String.self) { group in
            var rest = set.documents[...]
            var last = ""
            func add(_ document: RetrievalTestSet.Document) {
                group.addTask {
                    let body: JSONValue = [
                        "text": .string(document.text.isEmpty ? document.title : document.text),
                        "title": .string(document.title.isEmpty ? document.id : document.title),
                        "filename": .string(document.id + ".txt"), "collection_id": collection,
                    ]
                    return try await client.request("POST", "/api/v1/documents", body: body)["id"]?.string ?? ""
                }
            }
            for document in rest.prefix(Self.parallel) { add(document) }
            rest = rest.dropFirst(Self.parallel)
            while let id = try await group.next() {
                last = max(last, id)
                if let next = rest.popFirst() { add(next) }
            }
            // Documents are read in the order of their arrival: when the last is done, all are.
            try await client.stream("/api/v1/documents/\(last)/events") { event in
                let status = try JSONParser.parse(event.data.utf8)["status"]?.string
                return status == "queued" || status == "processing"
            }
        }
    }

    private func score(
        _ query: (id: String, text: String), _ collection: JSONValue, _ client: Client
    ) async throws -> (gain: Double, recall: Double, rank: Double, milliseconds: Double) {
        let answer = try await client.request(
            "POST", "/api/v1/retrievals",
            body: ["query": .string(query.text), "collection_id": collection, "top_k": .number(JSONNumber(2 * Self.depth)), "mode": .string(mode)])
        var found: [String] = []
        for result in answer["results"]?.array ?? [] {
            let id = String((result["document"]?["filename"]?.string ?? "").dropLast(4))
            if !found.contains(id) { found.append(id) }
        }
        let top = found.prefix(Self.depth)
        let grades = set.judgements[query.id] ?? [:]
        let gain = top.enumerated().reduce(0) { $0 + Double(grades[$1.element] ?? 0) / log2(Double($1.offset + 2)) }
        let ideal = grades.values.sorted(by: >).prefix(Self.depth).enumerated().reduce(0) { $0 + Double($1.element) / log2(Double($1.offset + 2)) }
        let hits = top.count { grades[$0] != nil }
        let first = top.firstIndex { grades[$0] != nil }
        return (
            ideal > 0 ? gain / ideal : 0, grades.isEmpty ? 0 : Double(hits) / Double(min(grades.count, Self.depth)),
            first.map { 1 / Double($0 + 1) } ?? 0, answer["timings"]?["search_ms"]?.double ?? 0
        )
    }

    private static func mean(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }

    private static func rounded(_ value: Double) -> JSONValue { JSONNumber((value * 10_000).rounded() / 10_000).map { .number($0) } ?? .null }
}
