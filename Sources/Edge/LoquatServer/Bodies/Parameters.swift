import Conversation
import Hummingbird
import TimeOrdered

extension ServerContext {
    /// An id in the path. What is not an id is not found.
    func id(_ name: String) throws(Problem) -> UUIDv7 {
        guard let id = parameters.get(name).flatMap({ UUIDv7($0) }) else { throw .notFound }
        return id
    }
}

extension Request {
    /// `limit`, `offset` and `cursor`.
    func page() throws(Problem) -> PageRequest {
        let limit = try number("limit", default: 20, in: 1...100)
        let offset = try number("offset", default: 0, in: 0...1_000_000)
        return PageRequest(limit: limit, offset: offset, cursor: uri.queryParameters["cursor"].map(String.init))
    }

    func number(_ name: String, default value: Int, in range: ClosedRange<Int>) throws(Problem) -> Int {
        guard let text = uri.queryParameters[Substring(name)] else { return value }
        guard let number = Int(text), range.contains(number) else {
            throw .invalid("/\(name)", "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func queryID(_ name: String) throws(Problem) -> UUIDv7? {
        guard let text = uri.queryParameters[Substring(name)] else { return nil }
        guard let id = UUIDv7(String(text)) else { throw .invalid("/\(name)", "must be a UUID") }
        return id
    }
}

struct ListResponse<Item: Encodable>: Encodable {
    let items: [Item]
    let nextCursor: String?

    init<Row>(_ page: Page<Row>, _ resource: (Row) -> Item) {
        items = page.items.map(resource)
        nextCursor = page.next
    }
}
