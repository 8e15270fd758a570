import Access
import Conversation
import HTTPTypes
import Hummingbird
import JSON
import SchemaReflection
import TimeOrdered

/// A request that passed what its operation declares, of somebody who may call it.
struct Call: CheckedRequest {
    let request: Request
    let context: ServerContext
    let bodySchema: TypeSchema?
    let asker: Asker

    /// The caller's session that the path names.
    /// - Throws: 404 where it is somebody else's, too.
    func session(in log: any LogStore) async throws -> SessionRow {
        guard let found = try await log.session(id(), of: asker.userID) else { throw Problem.notFound }
        return found
    }
}

/// A request of an operation for anybody.
struct OpenCall: CheckedRequest {
    let request: Request
    let context: ServerContext
    let bodySchema: TypeSchema?
}

protocol CheckedRequest: Sendable {
    var request: Request { get }
    var context: ServerContext { get }
    /// What a JSON body must be.
    var bodySchema: TypeSchema? { get }
}

extension CheckedRequest {
    /// - Throws: 404: what is not an id is not found.
    func id(_ name: String = "id") throws(Problem) -> UUIDv7 { try context.id(name) }
    func query(_ name: String) -> String? { request.queryText(name) }
    func page() throws(Problem) -> PageRequest { try request.page() }

    /// Where the request came from.
    var address: String? { context.address }

    /// Where a client's stream was cut.
    var lastEventID: StreamPosition? { StreamPosition(request.headers[HTTPField.Name("Last-Event-ID")!] ?? query("last_event_id")) }

    /// The JSON body.
    /// - Throws: 415 for another declared type, 413 over the limit, 400 for what is not JSON, 422 with everything that is wrong in it.
    func body<T: Decodable>(_ type: T.Type, limit: Int) async throws -> T { try await bodyAndBytes(type, limit: limit).body }

    /// The JSON body, and as it was sent.
    func bodyAndBytes<T: Decodable>(_ type: T.Type, limit: Int) async throws -> (body: T, bytes: [UInt8]) {
        let bytes = try await request.jsonBytes(limit: limit)
        let value = try await JSONValue.parsed(bytes)
        try check(value)
        return (try decodeJSON(type, from: value), bytes)
    }

    /// The same where a body may be left out.
    func optionalBody<T: Decodable>(_ type: T.Type, limit: Int) async throws -> (body: T, bytes: [UInt8]) {
        let bytes = try await request.jsonBytes(limit: limit)
        let value = bytes.isEmpty ? JSONValue.object([:]) : try await JSONValue.parsed(bytes)
        try check(value)
        return (try decodeJSON(type, from: value), bytes)
    }

    /// - Throws: 422 with everything that is wrong in a body.
    func check(_ value: JSONValue) throws(Problem) {
        guard let bodySchema, case let violations = bodySchema.violations(in: value), !violations.isEmpty else { return }
        throw .invalid(
            violations.map { Problem.FieldError(pointer: $0.pointer, message: bodySchema.choice(at: $0.pointer, in: value) ?? $0.message) })
    }
}
