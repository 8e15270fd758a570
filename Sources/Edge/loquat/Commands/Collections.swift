import ArgumentParser
import JSON
import LoquatClient

/// Collections by their names, as commands take them.
enum Collections {
    /// - Throws: where there is none and none is to be made.
    static func id(named name: String, _ client: Client, creating: Bool) async throws -> String {
        var cursor: String?
        repeat {
            let page = try await client.request("GET", "/api/v1/collections?limit=100" + (cursor.map { "&cursor=\($0)" } ?? ""))
            for item in page["items"]?.array ?? [] where item["name"]?.string == name { return item["id"]?.string ?? "" }
            cursor = page["next_cursor"]?.string
        } while cursor != nil
        guard creating else { throw CommandFailure("There is no collection “\(name)”. `loquat ingest PATH --collection \(name)` makes it.") }
        return try await client.request("POST", "/api/v1/collections", body: ["name": .string(name)])["id"]?.string ?? ""
    }
}
