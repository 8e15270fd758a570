package import AsyncHTTPClient
import Conversation
package import Generation
import JSON
package import Logging
import NIOCore
import NIOHTTP1
import ServerSentEvents

/// A model behind any endpoint that speaks OpenAI's chat completions.
package struct OpenAICompatibleModel: LanguageModel {
    package struct Settings: Sendable {
        /// The address up to and with `/v1`.
        package let baseURL: String
        /// What a request asks for that names no model.
        package let model: String
        package let apiKey: String?
        /// How long the provider may say nothing.
        package let timeout: Duration
        /// How often a request is sent at the most, as long as no text has arrived.
        package let attempts: Int

        package init(baseURL: String, model: String, apiKey: String?, timeout: Duration = .seconds(60), attempts: Int = 3) {
            self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
            self.model = model
            self.apiKey = apiKey
            self.timeout = timeout
            self.attempts = attempts
        }
    }

    /// Bytes of a response that is not a stream, or of an error.
    private static let bodyLimit = 8 << 20
    private static let errorLimit = 64 << 10

    let settings: Settings
    private let client: HTTPClient
    private let backoff: RetryBackoff
    private let logger: Logger

    /// - Parameter client: allows as many connections to one host as turns may run.
    package init(settings: Settings, client: HTTPClient, backoff: RetryBackoff = .init(), logger: Logger) {
        self.settings = settings
        self.client = client
        self.backoff = backoff
        self.logger = logger
    }

    package func generate(_ request: GenerationRequest, deliver: ([GenerationPiece]) async throws -> Void) async throws -> GenerationEnd {
        let body = ChatCompletionRequest(request, model: request.model ?? settings.model)
        var attempt = 1
        while true {
            do {
                let response = ResponseReader(sending: try chatRequest(body.bytes), by: client, silence: silence)
                return try await withTaskCancellationHandler {
                    do {
                        try await check(response)
                        return body.isStream ? try await stream(response, deliver) : try await whole(response, deliver)
                    } catch {
                        response.cancel()
                        throw error
                    }
                } onCancel: {
                    response.cancel()
                }
            } catch let refusal as ProviderRefusal {
                guard refusal.isWorthRetrying, attempt < settings.attempts else { throw refusal.failure }
                logger.info("provider refused, trying again", metadata: ["attempt": "\(attempt)", "status": "\(refusal.status ?? 0)"])
                try await backoff.wait(attempt: attempt, retryAfter: refusal.retryAfter)
                attempt += 1
            }
        }
    }

    /// The names that the endpoint lists; none where it does not answer.
    package func listedModels() async -> [String] {
        do {
            var request = HTTPClientRequest(url: "\(settings.baseURL)/models")
            if let key = settings.apiKey { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
            let response = try await client.execute(request, timeout: .seconds(5))
            let body = try await response.body.collect(upTo: Self.bodyLimit)
            let list = try JSONParser.parse(body.readableBytesView)
            return (list["data"]?.array ?? []).compactMap { $0["id"]?.string }
        } catch {
            logger.warning("the provider's models could not be listed", metadata: ["error": "\(error)"])
            return []
        }
    }

    // MARK: Request

    private func chatRequest(_ body: [UInt8]) throws -> HTTPClient.Request {
        var headers = HTTPHeaders([("Content-Type", "application/json")])
        if let key = settings.apiKey { headers.add(name: "Authorization", value: "Bearer \(key)") }
        return try HTTPClient.Request(
            url: "\(settings.baseURL)/chat/completions", method: .POST, headers: headers, body: .byteBuffer(ByteBuffer(bytes: body)))
    }

    private var silence: TimeAmount {
        let parts = settings.timeout.components
        return .nanoseconds(parts.seconds * 1_000_000_000 + parts.attoseconds / 1_000_000_000)
    }

    /// - Throws: `ProviderRefusal` for a response that is no answer.
    private func check(_ response: ResponseReader) async throws {
        let head: HTTPResponseHead
        do {
            head = try await response.head()
        } catch {
            throw try Self.refusal(error)
        }
        guard head.status == .ok else { throw await refusal(head, response) }
    }

    private static func refusal(_ error: any Error) throws -> ProviderRefusal {
        if error is CancellationError || Task.isCancelled { throw CancellationError() }
        if let error = error as? HTTPClientError, error == .readTimeout || error == .deadlineExceeded {
            throw TurnFailure(code: "provider_timeout", message: "The model's provider did not answer in time.", retryable: true)
        }
        return ProviderRefusal(status: nil, retryAfter: nil, message: nil)
    }

    private func refusal(_ head: HTTPResponseHead, _ response: ResponseReader) async -> ProviderRefusal {
        let body = try? await response.body(limit: Self.errorLimit)  // reason: the status alone tells enough
        let parsed = body.flatMap { try? JSONParser.parse($0.readableBytesView) }  // reason: an error's body need not be JSON
        let message = parsed?["error"]?["message"]?.string ?? parsed?["message"]?.string
        return ProviderRefusal(
            status: Int(head.status.code), retryAfter: ProviderRefusal.retryAfter(head.headers.first(name: "Retry-After")),
            message: message?.hiding(key: settings.apiKey))
    }

    // MARK: Response

    private func stream(_ response: ResponseReader, _ deliver: ([GenerationPiece]) async throws -> Void) async throws -> GenerationEnd {
        var decoder = ChatCompletionStreamDecoder(key: settings.apiKey)
        do {
            while !decoder.isDone, let buffers = try await response.next() {
                var pieces: [GenerationPiece] = []
                let decoded = Result { for buffer in buffers { pieces += try decoder.feed(buffer.readableBytesView) } }
                if !pieces.isEmpty { try await deliver(pieces) }
                try decoded.get()
            }
            response.ignoreRest()
        } catch let error as HTTPClientError {
            if error == .readTimeout {
                throw TurnFailure(code: "provider_timeout", message: "The model's provider stopped in the middle of its answer.", retryable: true)
            }
            if error == .cancelled { throw CancellationError() }
            throw ChatCompletionStreamDecoder.broken
        } catch let error as EventStreamError {
            logger.warning("the provider's stream was given up", metadata: ["error": "\(error)"])
            throw ChatCompletionStreamDecoder.broken
        } catch let error where !(error is TurnFailure || error is CancellationError) {
            if Task.isCancelled { throw CancellationError() }
            throw ChatCompletionStreamDecoder.broken
        }
        try Task.checkCancellation()
        return try decoder.end()
    }

    private func whole(_ response: ResponseReader, _ deliver: ([GenerationPiece]) async throws -> Void) async throws -> GenerationEnd {
        let body: JSONValue
        do {
            let bytes = try await response.body(limit: Self.bodyLimit)
            body = try JSONParser.parse(bytes.readableBytesView)
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw ChatCompletionStreamDecoder.broken
        }
        let response = try ChatCompletionResponse(body, key: settings.apiKey)
        try await deliver(response.pieces)
        return response.end
    }
}
