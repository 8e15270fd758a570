import AsyncHTTPClient
import JSON
import NIOCore
import NIOHTTP1
import TimeLimits

/// Asks an endpoint with JSON and reads JSON, again where it says to come later.
struct JSONEndpoint: Sendable {
    /// Why there is no answer, in words for a log: nothing of a key is in them.
    struct Failure: Error, CustomStringConvertible {
        let description: String
        /// What was sent may be the reason: the endpoint is there. Otherwise it is down, or is set up wrongly.
        var mayBeTheContent = false
    }

    /// Sends a request, and gives the response once its head is there.
    typealias Exchange = @Sendable (HTTPClientRequest) async throws -> HTTPClientResponse

    /// What the client waits for a head at the most; the limits here end it earlier, and the body with it.
    private static let headLimit: TimeAmount = .minutes(5)
    private static let bodyLimit = 64 << 20
    private static let attempts = 3
    /// Some fail with 500 at what they cannot take.
    private static let contentStatuses: Set<Int> = [400, 413, 422, 500]

    private let url: String
    private let apiKey: String?
    private let exchange: Exchange
    private let backoff: RetryBackoff
    private let limit: TimeLimit
    private let outage: Outage

    init(
        url: String, apiKey: String?, backoff: RetryBackoff = .init(), limit: TimeLimit = .init(), outage: Outage = .init(),
        exchange: @escaping Exchange
    ) {
        self.url = url
        self.apiKey = apiKey
        self.backoff = backoff
        self.limit = limit
        self.outage = outage
        self.exchange = exchange
    }

    init(url: String, apiKey: String?, client: HTTPClient, backoff: RetryBackoff = .init()) {
        self.init(url: url, apiKey: apiKey, backoff: backoff) { try await client.execute($0, timeout: Self.headLimit) }
    }

    /// Asks while somebody waits: all the work together has this much time, and none for a while after the endpoint was down.
    /// - Parameter work: asks with `post`.
    /// - Throws: `Failure`, `CancellationError`, and what else the work throws.
    func promptly<Result: Sendable>(within time: Duration, _ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
        guard !outage.isOn else { throw Failure(description: "it did not answer a moment ago") }
        do {
            return try await limit.run(time, work)
        } catch is TimeLimit.Exceeded {
            outage.begin()
            throw Failure(description: "it does not answer in time")
        } catch let failure as Failure {
            if !failure.mayBeTheContent { outage.begin() }
            throw failure
        }
    }

    /// - Parameter time: of each attempt, from the connection to the response's last byte; nil within `promptly`, which keeps the time of all.
    /// - Throws: `Failure`, `CancellationError`.
    func post(_ body: JSONValue, within time: Duration? = nil) async throws -> JSONValue {
        var attempt = 1
        while true {
            do {
                guard let time else { return try await send(body) }
                return try await limit.run(time) { try await send(body) }
            } catch is TimeLimit.Exceeded {
                guard attempt < Self.attempts else { throw Failure(description: "it does not answer in time") }
                try await backoff.wait(attempt: attempt, retryAfter: nil)
            } catch let refusal as ProviderRefusal {
                let mayBeTheContent = refusal.status.map(Self.contentStatuses.contains) ?? false
                guard refusal.isWorthRetrying, !mayBeTheContent, attempt < Self.attempts else {
                    throw Failure(
                        description: refusal.status.map { "it answers with status \($0)" } ?? "it cannot be reached",
                        mayBeTheContent: mayBeTheContent)
                }
                try await backoff.wait(attempt: attempt, retryAfter: refusal.retryAfter)
            }
            attempt += 1
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
            response = try await exchange(request)
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
            // Some put what is no number into it, which JSON does not know.
            throw Failure(description: "its answer is no JSON, or broke off", mayBeTheContent: true)
        }
    }
}
