import Foundation
import JSON
import LoquatClient
import Retrieval
import ServerSentEvents

/// Reads documents in as anybody's are: what became of each, and how fast beside the embedding of their chunks alone.
struct IngestEvaluation: Sendable {
    private static let parallel = 8
    private static let texts = 256

    let set: IngestTestSet
    /// Makes the same embeddings without anything else; nil where there is no model in this process.
    let embedder: (any Embedder)?

    func run(_ client: Client) async throws -> JSONValue {
        // The model is loaded before the clock runs.
        _ = try await embedder?.embed(["warm"], priority: .background)
        let clock = ContinuousClock()
        let start = clock.now
        let ids: [JSONValue]
        if set.files.isEmpty {
            let library = try await EvaluationLibrary(set.documents, client)
            ids = try await Self.documents(of: library.collection, client)
        } else {
            let collection = try await client.request("POST", "/api/v1/collections", body: ["name": "evaluation"])["id"] ?? .null
            ids = try await upload(into: collection, client)
        }
        let seconds = (clock.now - start) / .seconds(1)
        var items: [JSONValue] = []
        var chunks: [(title: String, text: String)] = []
        for (place, id) in ids.enumerated() {
            let (item, own) = try await look(at: id, file: set.files.isEmpty ? nil : set.files[place], client)
            items.append(item)
            chunks += own
        }
        var figures: JSONObject = [
            "documents": .number(JSONNumber(items.count)), "ready": .number(JSONNumber(items.count { $0["status"]?.string == "ready" })),
            "chunks": .number(JSONNumber(chunks.count)), "seconds": Figure.rounded(seconds),
            "chunks_per_second": Figure.rounded(Double(chunks.count) / seconds),
        ]
        if let rate = try await embeddingRate(of: chunks) {
            figures["embedding_alone_chunks_per_second"] = Figure.rounded(rate)
            figures["of_embedding_alone"] = Figure.rounded(Double(chunks.count) / seconds / rate)
        }
        if !set.files.isEmpty { figures["files"] = .array(items) }
        return .object(figures)
    }

    // MARK: Documents

    private func upload(into collection: JSONValue, _ client: Client) async throws -> [JSONValue] {
        try await withThrowingTaskGroup(of: (Int, JSONValue).self) { group in
            var ids = [JSONValue](repeating: .null, count: set.files.count)
            var rest = set.files.indices[...]
            func add(_ place: Int) {
                let file = set.files[place]
                group.addTask { (place, try await Self.read(file, into: collection, client)) }
            }
            for place in rest.prefix(Self.parallel) { add(place) }
            rest = rest.dropFirst(Self.parallel)
            while let (place, id) = try await group.next() {
                ids[place] = id
                if let next = rest.popFirst() { add(next) }
            }
            return ids
        }
    }

    private static func read(_ file: IngestTestSet.File, into collection: JSONValue, _ client: Client) async throws -> JSONValue {
        let contents = Array(try Data(contentsOf: URL(fileURLWithPath: file.path)))
        let document = try await client.upload(
            "/api/v1/documents", filename: file.name, contents: contents, mediaType: "application/octet-stream",
            fields: ["collection_id": collection.string ?? ""]
        ).document
        try await client.stream("/api/v1/documents/\(document["id"]?.string ?? "")/events") { event in
            let status = try JSONParser.parse(event.data.utf8)["status"]?.string
            return status == "queued" || status == "processing"
        }
        return document["id"] ?? .null
    }

    private static func documents(of collection: JSONValue, _ client: Client) async throws -> [JSONValue] {
        try await items("/api/v1/documents?collection_id=\(collection.string ?? "")", client).compactMap { $0["id"] }
    }

    private func look(
        at id: JSONValue, file: IngestTestSet.File?, _ client: Client
    ) async throws -> (item: JSONValue, chunks: [(title: String, text: String)]) {
        let document = try await client.request("GET", "/api/v1/documents/\(id.string ?? "")")
        let chunks = try await Self.items("/api/v1/documents/\(id.string ?? "")/chunks?", client).map { $0["content"]?.string ?? "" }
        var item: JSONObject = [
            "file": document["filename"] ?? .null, "status": document["status"] ?? .null, "media_type": document["media_type"] ?? .null,
            "pages": document["page_count"] ?? .null, "chunks": .number(JSONNumber(chunks.count)), "error": document["error"] ?? .null,
        ]
        if let path = file?.reference, document["status"]?.string == "ready", let data = FileManager.default.contents(atPath: path) {
            item["agreement"] = TextAgreement(reference: String(decoding: data, as: UTF8.self), text: chunks.joined(separator: "\n")).json
        }
        let title = document["title"]?.string ?? ""
        return (.object(item), chunks.map { (title, $0) })
    }

    private static func items(_ path: String, _ client: Client) async throws -> [JSONValue] {
        var items: [JSONValue] = []
        var cursor = ""
        while true {
            let page = try await client.request("GET", "\(path)&limit=100\(cursor)")
            items += page["items"]?.array ?? []
            guard let next = page["next_cursor"]?.string else { return items }
            cursor = "&cursor=\(next)"
        }
    }

    // MARK: Rate

    private func embeddingRate(of chunks: [(title: String, text: String)]) async throws -> Double? {
        guard let embedder, !chunks.isEmpty else { return nil }
        let clock = ContinuousClock()
        let start = clock.now
        let windows = try chunks.flatMap { try embedder.windows(of: $0.text, title: $0.title.contains(where: \.isLetter) ? $0.title : "") }
        for first in stride(from: 0, to: windows.count, by: Self.texts) {
            _ = try await embedder.embed(Array(windows[first..<min(first + Self.texts, windows.count)]), priority: .background)
        }
        return Double(chunks.count) / ((clock.now - start) / .seconds(1))
    }
}
