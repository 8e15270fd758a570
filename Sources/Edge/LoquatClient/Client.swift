public import AsyncHTTPClient
public import JSON
import NIOCore
import NIOHTTP1
public import ServerSentEvents

/// A client of a Loquat server, over HTTP or over the socket in its data directory.
public struct Client: Sendable {
    /// What the server refused, in its own words.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// The HTTP status.
        public let status: Int
        /// Stable, snake_case; empty where the answer was no problem document.
        public let code: String
        /// A sentence for people.
        public let detail: String

        public var description: String { detail.isEmpty ? "The server answered with status \(status)." : detail }
    }

    /// What became of a file.
    public struct Uploaded: Sendable {
        /// The document as the server has it.
        public let document: JSONValue
        /// `created`, `replaced` or `unchanged`; nil where the server does not say.
        public let outcome: String?
    }

    /// Bytes of one answer at the most.
    public static let answerLimit = 256 << 20

    private static let patient: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.timeout = HTTPClient.Configuration.Timeout(connect: .seconds(10))
        return HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    }()

    private let http: HTTPClient
    private let base: String
    private let key: String?

    /// - Parameters:
    ///   - baseURL: such as `http://127.0.0.1:8080`.
    ///   - key: an API key.
    ///   - http: shut down by whoever made it.
    public init(baseURL: String, key: String? = nil, http: HTTPClient = .shared) {
        base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.key = key
        self.http = http
    }

    /// A client that speaks through a server's socket.
    /// - Parameter http: nil for one that waits for as long as the server works: where that goes, its socket is closed.
    public init(socketPath: String, http: HTTPClient? = nil) {
        let escaped = socketPath.utf8.map { byte -> String in
            let plain = (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || "-_.~".utf8.contains(byte)
            return plain ? String(Unicode.Scalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
        self.init(baseURL: "http+unix://\(escaped)", http: http ?? Self.patient)
    }

    /// Asks for JSON.
    /// - Throws: `Failure` for any status but 2xx, what AsyncHTTPClient throws where no answer comes.
    public func request(_ method: String, _ path: String, body: JSONValue? = nil) async throws -> JSONValue {
        var request = newRequest(method, path)
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body.bytes))
        }
        return try await answer(to: request)
    }

    /// Sends a file as `multipart/form-data`.
    public func upload(
        _ path: String, filename: String, contents: [UInt8], mediaType: String, fields: [String: String]
    ) async throws -> Uploaded {
        let boundary = "loquat-\(UInt64.random(in: .min ... .max))-\(UInt64.random(in: .min ... .max))"
        var body: [UInt8] = []
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            body += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8
        }
        let escaped = filename.map { $0 == "\"" ? "%22" : $0 == "\n" ? "%0A" : $0 == "\r" ? "%0D" : String($0) }.joined()
        body += "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(escaped)\"\r\n".utf8
        body += "Content-Type: \(mediaType)\r\n\r\n".utf8
        body += contents
        body += "\r\n--\(boundary)--\r\n".utf8
        var request = newRequest("POST", path)
        request.headers.add(name: "Content-Type", value: "multipart/form-data; boundary=\(boundary)")
        request.body = .bytes(ByteBuffer(bytes: body))
        let response = try await http.execute(request, deadline: .distantFuture)
        return Uploaded(document: try await json(of: response), outcome: response.headers.first(name: "X-Loquat-Outcome"))
    }

    /// Posts bytes.
    public func send(_ path: String, bytes: [UInt8], mediaType: String) async throws -> JSONValue {
        try await send(path, .bytes(ByteBuffer(bytes: bytes)), mediaType)
    }

    /// Posts bytes that come a part at a time: not all of them are ever in memory.
    public func send<Parts: AsyncSequence & Sendable>(
        _ path: String, parts: Parts, mediaType: String
    ) async throws -> JSONValue where Parts.Element == [UInt8] {
        try await send(path, .stream(parts.map { ByteBuffer(bytes: $0) }, length: .unknown), mediaType)
    }

    private func send(_ path: String, _ body: HTTPClientRequest.Body, _ mediaType: String) async throws -> JSONValue {
        var request = newRequest("POST", path)
        request.headers.add(name: "Content-Type", value: mediaType)
        request.body = body
        return try await answer(to: request)
    }

    /// Gets an answer's bytes as they come.
    /// - Parameter part: called for each part in its order.
    public func download(_ path: String, part: ([UInt8]) throws -> Void) async throws {
        let response = try await http.execute(newRequest("GET", path), deadline: .distantFuture)
        guard (200..<300).contains(Int(response.status.code)) else { throw try await failure(response) }
        for try await buffer in response.body { try part(Array(buffer.readableBytesView)) }
    }

    /// Follows an event stream; `body` posts it, nil gets it.
    /// - Parameter event: called for each event in its order; false ends the stream.
    public func stream(_ path: String, body: JSONValue? = nil, event: (StreamedEvent) async throws -> Bool) async throws {
        var request = newRequest(body == nil ? "GET" : "POST", path)
        request.headers.add(name: "Accept", value: "text/event-stream")
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body.bytes))
        }
        let response = try await http.execute(request, deadline: .distantFuture)
        guard (200..<300).contains(Int(response.status.code)) else { throw try await failure(response) }
        var parser = EventStreamParser()
        for try await buffer in response.body {
            for next in try parser.feed(buffer.readableBytesView) {
                guard try await event(next) else { return }
            }
        }
    }

    private func newRequest(_ method: String, _ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: base + path)
        request.method = HTTPMethod(rawValue: method)
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        return request
    }

    private func answer(to request: HTTPClientRequest) async throws -> JSONValue {
        try await json(of: try await http.execute(request, deadline: .distantFuture))
    }

    private func json(of response: HTTPClientResponse) async throws -> JSONValue {
        guard (200..<300).contains(Int(response.status.code)) else { throw try await failure(response) }
        let body = try await response.body.collect(upTo: Self.answerLimit)
        return body.readableBytes == 0 ? .null : try JSONParser.parse(body.readableBytesView)
    }

    private func failure(_ response: HTTPClientResponse) async throws -> Failure {
        let body = try await response.body.collect(upTo: 1 << 20)
        let problem = try? JSONParser.parse(body.readableBytesView)  // reason: a proxy's error page need not be JSON
        var detail = problem?["detail"]?.string ?? ""
        for error in problem?["errors"]?.array ?? [] {
            detail += " (\(error["pointer"]?.string ?? "") \(error["message"]?.string ?? ""))"
        }
        return Failure(status: Int(response.status.code), code: problem?["code"]?.string ?? "", detail: detail)
    }
}
