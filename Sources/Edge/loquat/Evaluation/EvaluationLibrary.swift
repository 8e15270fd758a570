import JSON
import LoquatClient
import ServerSentEvents

/// The documents of a test set, read into a collection of their own as anybody's documents are.
struct EvaluationLibrary: Sendable {
    private static let parallel = 8

    let collection: JSONValue

    init(_ documents: [RetrievalTestSet.Document], _ client: Client) async throws {
        let collection = try await client.request("POST", "/api/v1/collections", body: ["name": "evaluation"])["id"] ?? .null
        self.collection = collection
        try await withThrowingTaskGroup(of: String.self) { group in
            var rest = documents[...]
            var ids: [String] = []
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
                ids.append(id)
                if let next = rest.popFirst() { add(next) }
            }
            for id in ids.sorted().reversed() { try await Self.waitUntilRead(id, client) }
        }
    }

    private static func waitUntilRead(_ document: String, _ client: Client) async throws {
        try await client.stream("/api/v1/documents/\(document)/events") { event in
            let status = try JSONParser.parse(event.data.utf8)["status"]?.string
            return status == "queued" || status == "processing"
        }
    }

    /// The test set's names of the documents that sources are from, best first, each once.
    static func documents(of sources: JSONValue?) -> [String] {
        var found: [String] = []
        for source in sources?.array ?? [] {
            let id = String((source["document"]?["filename"]?.string ?? "").dropLast(".txt".count))
            if !found.contains(id) { found.append(id) }
        }
        return found
    }
}
