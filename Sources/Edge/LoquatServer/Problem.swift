import Access
import Conversation
import Hummingbird
import JSON
import NIOCore
import Retrieval
import TimeOrdered
import Turns

/// An error as clients see it (RFC 9457).
struct Problem: Error {
    struct FieldError: Encodable {
        let pointer: String
        let message: String
    }

    let status: HTTPResponse.Status
    /// Stable, snake_case.
    let code: String
    let detail: String
    var errors: [FieldError]?
    /// More members, such as the turn that is running.
    var members: JSONObject = [:]
    var headers: HTTPFields = [:]

    static let unauthorized = Problem(
        status: .unauthorized, code: "unauthorized", detail: "Send a key that is in force as `Authorization: Bearer KEY`.",
        headers: [.wwwAuthenticate: "Bearer"])
    static let notFound = Problem(status: .notFound, code: "not_found", detail: "There is nothing here that you may see.")

    static let forged = Problem(
        status: .forbidden, code: "csrf_failed", detail: "A request by cookie must come from a page of this server and bear its `X-CSRF-Token`.")

    static func forbidden(_ detail: String) -> Problem { Problem(status: .forbidden, code: "forbidden", detail: detail) }
    static func badRequest(_ code: String, _ detail: String) -> Problem { Problem(status: .badRequest, code: code, detail: detail) }

    static func invalid(_ pointer: String, _ message: String) -> Problem { .invalid([FieldError(pointer: pointer, message: message)]) }

    static func invalid(_ errors: [FieldError]) -> Problem {
        Problem(
            status: .unprocessableContent, code: "validation_failed", detail: "The request has a field that cannot be used.", errors: errors)
    }

    static let brokenBody = Problem(status: .badRequest, code: "broken_body", detail: "The body broke off, or is not framed as it says.")

    static func tooLarge(limit: Int) -> Problem {
        Problem(status: .contentTooLarge, code: "too_large", detail: "The body is larger than \(limit) bytes.")
    }

    static func unsupportedType(_ detail: String) -> Problem {
        Problem(status: .unsupportedMediaType, code: "unsupported_media_type", detail: detail)
    }

    static func turnInProgress(_ turn: TurnID) -> Problem {
        Problem(
            status: .conflict, code: "turn_in_progress", detail: "The session is answering already. Wait for that turn, or stop it.",
            members: ["turn_id": .string(turn.description)])
    }

    /// As clients of OpenAI's API read it, `error.message`, beside our own members.
    var forOpenAIClients: Problem {
        var problem = self
        let type =
            switch status.code {
            case 401: "authentication_error"
            case 403: "permission_error"
            case 429: "rate_limit_error"
            case 400..<500: "invalid_request_error"
            default: "server_error"
            }
        problem.members["error"] = [
            "message": .string(detail), "type": .string(type), "code": .string(code),
            "param": errors?.first.map { .string(String($0.pointer.dropFirst())) } ?? .null,
        ]
        return problem
    }

    static let mediaType = "application/problem+json"

    func json(requestID: String) -> [UInt8] {
        var body: JSONObject = [
            "type": .string("about:blank"), "title": .string(status.reasonPhrase), "status": .number(JSONNumber(status.code)),
            "detail": .string(detail), "code": .string(code), "request_id": .string(requestID),
        ]
        if let errors {
            body["errors"] = .array(errors.map { ["pointer": .string($0.pointer), "message": .string($0.message)] })
        }
        body.members += members.members
        return JSONValue.object(body).bytes
    }
}

extension HTTPResponse.Status {
    static var insufficientStorage: Self { .init(code: 507, reasonPhrase: "Insufficient Storage") }
}

extension Problem {
    /// What an error of the inside means outside. Nil for what nobody foresaw.
    init?(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as JSONSyntaxError: self = .badRequest("invalid_json", "The body is \(error).")
        case is InvalidCursor: self = .invalid("/cursor", "is not one that a list gave")
        case let error as JSONShapeError: self = .invalid(error.pointer, error.message)
        case let error as TurnRefusal: self.init(error)
        case let error as LineRefusal: self.init(error)
        case let error as TurnFailure: self.init(error)
        case let error as AccessError: self.init(error)
        case let error as LibraryError: self.init(error)
        case let error as RetrievalError: self.init(error)
        case let error as LogError: self.init(error)
        case is NIOTooManyBytesError: self = Problem(status: .contentTooLarge, code: "too_large", detail: "The body is too large.")
        case let error as any HTTPResponseError: self.init(status: error.status)
        default: return nil
        }
    }

    private init(status: HTTPResponse.Status) {
        switch status {
        case .notFound: self = .notFound
        default: self.init(status: status, code: "http_\(status.code)", detail: status.reasonPhrase)
        }
    }

    init(_ failure: TurnFailure) {
        let status: HTTPResponse.Status =
            switch failure.code {
            case "not_found": .notFound
            case "not_last": .conflict
            case "prompt_too_long": .unprocessableContent
            case "storage_full": .insufficientStorage
            case "storage_unavailable": .serviceUnavailable
            case "provider_rate_limited": .tooManyRequests
            case "provider_timeout": .gatewayTimeout
            case let code where code.hasPrefix("provider_"): .badGateway
            default: .internalServerError
            }
        self.init(
            status: status, code: failure.code, detail: failure.message, members: ["retryable": .bool(failure.retryable)],
            headers: status == .tooManyRequests ? [.retryAfter: "5"] : [:])
    }

    private init(_ error: LibraryError) {
        switch error {
        case .noSuchCollection: self = .notFound
        case .changedMeanwhile: self = .changedMeanwhile
        case .mayNotWrite: self = .forbidden("You may read this, but not change it.")
        case .nameTaken: self.init(status: .conflict, code: "name_taken", detail: "You have a collection of this name already.")
        case .full: self.init(status: .insufficientStorage, code: "storage_full", detail: "The server has no room.")
        }
    }

    private init(_ error: RetrievalError) {
        switch error {
        case .noSuchCollection: self = .notFound
        case .modeUnavailable(let mode):
            self.init(
                status: .serviceUnavailable, code: "embeddings_unavailable",
                detail: "A search by \(mode.rawValue) needs embeddings, and there are none now. Use lexical or hybrid.")
        }
    }

    private init(_ error: LogError) {
        switch error {
        case .noSession: self = .notFound
        case .changedMeanwhile: self = .changedMeanwhile
        case .full: self.init(status: .insufficientStorage, code: "storage_full", detail: "The server has no room.")
        case .unavailable, .damaged:
            self.init(status: .serviceUnavailable, code: "storage_unavailable", detail: "The store could not do it. Try again.")
        case .databaseDamaged:
            self.init(
                status: .serviceUnavailable, code: "storage_unavailable",
                detail: "The server's database is damaged. The manual's page on backups says what can be done.")
        }
    }
}
