import Hummingbird
import JSON
import NIOCore
import NIOPosix

extension Request {
    /// The body as JSON.
    /// - Throws: 415 for another declared type, 413 over the limit, 400 for what is not JSON.
    func json(limit: Int) async throws -> JSONValue { try await JSONValue.parsed(try await jsonBytes(limit: limit)) }

    func json<T: Decodable>(_ type: T.Type, limit: Int) async throws -> T { try decodeJSON(type, from: try await json(limit: limit)) }

    func jsonBytes(limit: Int) async throws -> [UInt8] {
        if let type = headers[.contentType], type.split(separator: ";").first?.lowercased() != "application/json" {
            throw Problem.unsupportedType("Send JSON with `Content-Type: application/json`.")
        }
        if let length = headers[.contentLength].flatMap(Int.init), length > limit { throw Problem.tooLarge(limit: limit) }
        do {
            let buffer = try await body.collect(upTo: limit)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Problem.tooLarge(limit: limit)
        } catch {
            throw Problem.brokenBody
        }
    }
}

extension JSONValue {
    /// Bytes from which on parsing takes long enough to hold up an event loop.
    private static let longText = 128 << 10

    /// Parses what a client sent; long texts on a thread of their own.
    static func parsed(_ bytes: [UInt8]) async throws -> JSONValue {
        guard bytes.count >= longText else { return try JSONParser.parse(bytes) }
        return try await NIOThreadPool.singleton.runIfActive { try JSONParser.parse(bytes) }
    }
}

extension Response {
    /// A JSON answer.
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        .json(bytes: try encodeJSON(value), status: status)
    }

    static func json(bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
