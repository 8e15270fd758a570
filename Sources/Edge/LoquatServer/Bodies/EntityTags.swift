import Crypto
import Hummingbird
import HTTPTypes
import JSON

/// `ETag` and `If-Match` on what can be edited: the tag is made from the representation.
extension Response {
    static func tagged(_ value: some Encodable) throws -> Response {
        let bytes = try encodeJSON(value)
        var response = Response.json(bytes: bytes)
        response.headers[.eTag] = entityTag(bytes)
        return response
    }
}

extension Request {
    /// - Throws: 412 where the client has seen another state than this one.
    func checkMatch(_ current: some Encodable) throws {
        guard let wanted = headers[.ifMatch] else { return }
        let tag = entityTag(try encodeJSON(current))
        let tags = wanted.split(separator: ",").map { $0.trimmingPrefix { $0 == " " } }
        guard tags.contains(where: { $0 == "*" || $0 == tag }) else {
            throw Problem(status: .preconditionFailed, code: "changed_meanwhile", detail: "This was changed since you read it. Read it again.")
        }
    }
}

private func entityTag(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef")
    let hash = SHA256.hash(data: bytes).prefix(16)
    return "\"" + String(hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }) + "\""
}
