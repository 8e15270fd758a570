import AsyncHTTPClient
import JSON
import NIOCore
import NIOHTTP1

/// Asks an endpoint with JSON and reads JSON, again where it says to come later.
struct JSONEndpoint: Sendable {
    /// Why there is no answer, in words for a log: nothing of a key is in them.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let bodyLimit = 64 << 20
    private static let attempts = 3

    let url: String
    let apiKey: String?
    let timeout: Duration
    let client: HTTPClient
    let backoff: RetryBackoff

    /// - Throws: `Failure`, `CancellationError`.
    func post(_ body: JSONValue) async throws -> JSONValue {
        var attempt = 1
        while true {
            do {
                return try await send(body)
            } catch let refusal as ProviderRefusal {
                guard refusal.isWorthRetrying, attempt < Self.attempts else {
                    throw Failure(description: refusal.status.map { "it answers with status \($0)" } ?? "it cannot be reached")
                }
                try await backoff.wait(attempt: attempt, retryAfter: refusal.retryAfter)
                attempt += 1
            }
        }
    }

    private func send(_ body: JSONValue) async throws -> JSONValue {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        if let apiKey { request.headers.add(name: "Authorization", value: "Bearer \(apiKey)") }
        request.body = .bytes(ByteBuffer(bytes: body.bytes))
        let response: HTTPClientResponse
        do {
            response = try await client.execute(request, timeout: TimeAmount(timeout))
        } catch {
            if error is CancellationError || Task.isCancelled { throw CancellationError() }
            throw ProviderRefusal(status: nil, retryAfter: nil, message: nil)
        }
        guard response.status == .ok else {
            throw ProviderRefusal(
                status: Int(response.status.code), retryAfter: ProviderRefusal.retryAfter(response.headers.first(name: "Retry-After")), message: nil)
        }
        do {
            return try JSONParser.parse(try await response.body.collect(upTo: Self.bodyLimit).readableBytesView)
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw Failure(description: "its answer is no JSON, or broke off")
        }
    }
}
