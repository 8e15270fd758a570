import Crypto
import Hummingbird
import HTTPTypes
import JSON

/// `ETag` and `If-Match` on what can be edited: the tag is made from the representation.
extension Response {
    static func tagged(_ value: some Encodable) throws -> Response { try tagged(value, by: value) }

    /// - Parameter state: the part of it that can be edited.
    static func tagged(_ value: some Encodable, by state: some Encodable) throws -> Response {
        var response = try Response.json(value)
        response.headers[.eTag] = entityTag(try encodeJSON(state))
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
            throw Problem.changedMeanwhile
        }
    }
}

extension Problem {
    static let changedMeanwhile = Problem(
        status: .preconditionFailed, code: "changed_meanwhile", detail: "This was changed since you read it. Read it again.")
}

private func entityTag(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef")
    let hash = SHA256.hash(data: bytes).prefix(16)
    return "\"" + String(hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }) + "\""
}
