import Conversation
import Foundation
package import Hummingbird
import SchemaReflection
import TimeOrdered

extension ServerContext {
    /// An id in the path. What is not an id is not found.
    func id(_ name: String) throws(Problem) -> UUIDv7 {
        guard let id = parameters.get(name).flatMap({ UUIDv7($0) }) else { throw .notFound }
        return id
    }
}

extension Request {
    /// What stands in the query, as forms write it: `+` is a space. The first of several.
    package func queryText(_ name: String) -> String? {
        for pair in (uri.query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard Self.formDecoded(parts[0]) == name else { continue }
            return parts.count > 1 ? Self.formDecoded(parts[1]) : ""
        }
        return nil
    }

    private static func formDecoded(_ text: Substring) -> String {
        let spaced = text.contains("+") ? String(text.map { $0 == "+" ? " " : $0 }) : String(text)
        return spaced.removingPercentEncoding ?? spaced
    }

    /// `limit`, `offset` and `cursor`.
    func page() throws(Problem) -> PageRequest {
        let limit = try number("limit", default: 20, in: PageLimits.limit)
        let offset = try number("offset", default: 0, in: PageLimits.offset)
        return PageRequest(limit: limit, offset: offset, cursor: queryText("cursor"))
    }

    func number(_ name: String, default value: Int, in range: ClosedRange<Int>) throws(Problem) -> Int {
        guard let text = queryText(name) else { return value }
        guard let number = Int(text), range.contains(number) else {
            throw .invalid("/\(name)", "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func queryID(_ name: String) throws(Problem) -> UUIDv7? {
        guard let text = queryText(name) else { return nil }
        guard let id = UUIDv7(text) else { throw .invalid("/\(name)", "must be a UUID") }
        return id
    }
}

enum PageLimits {
    static let limit = 1...100
    static let offset = 0...1_000_000
}

struct ListResponse<Item: Codable & SchemaFields>: Codable, SchemaFields {
    let items: [Item]
    let nextCursor: String?

    static var schemaName: String { Item.schemaName + "List" }
    static var fields: [String: FieldRule] {
        ["items": .note("This page."), "next_cursor": .note("The `cursor` of the next page; null at the end.")]
    }

    init<Row>(_ page: Page<Row>, _ resource: (Row) -> Item) {
        items = page.items.map(resource)
        nextCursor = page.next
    }
}
