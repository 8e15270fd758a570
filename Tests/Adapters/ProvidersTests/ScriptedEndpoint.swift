import AsyncHTTPClient
import JSON
import NIOCore
import NIOHTTP1
import Synchronization
import TimeLimits

@testable import Providers

/// An endpoint that answers as a test says, and what it was asked.
final class ScriptedEndpoint: Sendable {
    /// What the network does where nobody listens.
    struct NotThere: Error {}

    private let answer: @Sendable (JSONValue) throws -> HTTPClientResponse
    private let asked = Mutex<[JSONValue]>([])
    private let time = Mutex<Duration>(.zero)

    init(_ answer: @escaping @Sendable (JSONValue) throws -> HTTPClientResponse) { self.answer = answer }

    var requests: [JSONValue] { asked.withLock { $0 } }

    func advance(by duration: Duration) { time.withLock { $0 += duration } }

    /// Nothing here waits.
    /// - Parameter timeIsUp: all limits are exceeded at once.
    func endpoint(timeIsUp: Bool = false) -> JSONEndpoint {
        let start = ContinuousClock.now
        let limit = TimeLimit { _ in if !timeIsUp { await Self.cancellation() } }
        return JSONEndpoint(
            url: "http://endpoint.test/v1/any", apiKey: nil, backoff: RetryBackoff(sleep: { _ in }), limit: limit,
            outage: Outage(now: { start + self.time.withLock { $0 } })
        ) { request in
            guard let sent = request.body else { throw NotThere() }
            let body = try JSONParser.parse(try await sent.collect(upTo: 1 << 24).readableBytesView)
            self.asked.withLock { $0.append(body) }
            return try self.answer(body)
        }
    }

    private static func cancellation() async { for await _ in AsyncStream<Void>.makeStream().stream {} }

    static func status(_ code: Int) -> HTTPClientResponse { HTTPClientResponse(status: .init(statusCode: code)) }

    static func text(_ text: String) -> HTTPClientResponse { HTTPClientResponse(body: .bytes(ByteBuffer(string: text))) }

    /// The head comes, and the body never.
    static var stalled: HTTPClientResponse { HTTPClientResponse(body: .stream(AsyncStream<ByteBuffer>.makeStream().stream)) }
}
