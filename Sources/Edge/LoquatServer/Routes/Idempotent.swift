import Access
import Conversation
import Crypto
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import TimeOrdered
import Turns

/// `Idempotency-Key` on requests that create something.
struct Idempotent {
    private static let header = HTTPField.Name("Idempotency-Key")!
    private static let longestKey = 255

    let gate: IdempotencyGate
    let logger: Logger

    /// The key that a request carries.
    /// - Throws: 400 for one that cannot be used.
    static func key(_ request: Request) throws(Problem) -> String? {
        guard let key = request.headers[header] else { return nil }
        guard !key.isEmpty, key.utf8.count <= longestKey else {
            throw .badRequest("invalid_idempotency_key", "An Idempotency-Key has 1 to \(longestKey) bytes.")
        }
        return key
    }

    static func fingerprint(_ request: Request, _ parts: [UInt8]...) -> [UInt8] {
        var hasher = SHA256()
        hasher.update(data: Array("\(request.method) \(request.uri.string)".utf8))
        for part in parts { hasher.update(data: [0] + part) }
        return Array(hasher.finalize())
    }

    static let mismatch = Problem(
        status: .unprocessableContent, code: "idempotency_mismatch", detail: "This Idempotency-Key was used for another request.")
    static let inProgress = Problem(
        status: .conflict, code: "in_progress", detail: "The first request with this Idempotency-Key is still running.",
        headers: [.retryAfter: "1"])

    /// Does `create` once for each key.
    func once(
        _ request: Request, asker: Asker, fingerprint: [UInt8], create: () async throws -> (status: HTTPResponse.Status, body: [UInt8])
    ) async throws -> Response {
        guard let key = try Self.key(request) else {
            let created = try await create()
            return .json(bytes: created.body, status: created.status)
        }
        switch try await gate.enter(user: asker.userID, key: key, fingerprint: fingerprint) {
        case .mismatch: throw Self.mismatch
        case .running, .done(.turn(session: _, turn: _)): throw Self.inProgress
        case .done(.response(status: let status, body: let body)): return .json(bytes: body, status: .init(code: status))
        case .proceed:
            defer { gate.leave(user: asker.userID, key: key) }
            let created = try await create()
            do {
                try await gate.save(user: asker.userID, key: key, fingerprint: fingerprint, status: created.status.code, body: created.body)
            } catch {
                // What was created stands, and its answer is true; only a repeat will not get the same one.
                logger.error("an answer could not be kept for its Idempotency-Key", metadata: ["error": "\(error)"])
            }
            return .json(bytes: created.body, status: created.status)
        }
    }
}
