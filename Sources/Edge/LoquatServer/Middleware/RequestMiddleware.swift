import Access
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import TimeOrdered

/// Gives each request an id, holds addresses to their limits, answers errors as problems and logs those that are nobody's fault outside,
/// counts. Outermost of all.
struct RequestMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    let metrics: MetricsRegistry
    let ids: UUIDv7Generator
    let logger: Logger
    let methods: AllowedMethods
    /// Nil where whoever asks is the owner.
    let door: FrontDoor?
    let telling: FaultTelling

    private static let header = HTTPField.Name("X-Request-Id")!
    private static let longestID = 128
    /// What the router calls the path of a request that no route takes.
    private static let noRoute = "NotFound"

    func handle(_ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response) async throws -> Response {
        var context = context
        context.requestID = Self.usable(request.headers[Self.header]) ?? ids.next().description
        context.client = door?.client(of: request, from: context.peer)
        var response: Response
        var allowance: Allowance?
        do {
            allowance = try door?.admit(request, from: context.client)
            response = try await answer(request, context, next)
        } catch {
            let problem = problem(error, request, context)
            let told = telling.told(problem, to: Audience(request), requestID: context.requestID)
            response = Response(status: problem.status, headers: told.headers, body: .init(byteBuffer: ByteBuffer(bytes: told.body)))
        }
        if let allowance { response.headers.tell(allowance) }
        // A body here would be read as the beginning of the next answer.
        if request.method == .head { response = response.createHeadResponse() }
        response.headers[Self.header] = context.requestID
        response.headers[.xContentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        metrics.countRequest(status: response.status.code)
        return response
    }

    private func answer(
        _ request: Request, _ context: ServerContext, _ next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch  where context.endpointPath == Self.noRoute {
            guard let response = try await methods.answer(to: request, context) else { throw error }
            return response
        }
    }

    private func problem(_ error: any Error, _ request: Request, _ context: ServerContext) -> Problem {
        if var problem = Problem(error) {
            if problem.status == .unauthorized, let refusal = door?.refusal(afterFailureFrom: context.client) { problem = refusal }
            if problem.status == .tooManyRequests { problem.headers.completeRefusal() }
            return problem
        }
        logger.error(
            "request failed",
            metadata: [
                "request_id": "\(context.requestID)", "method": "\(request.method)", "path": "\(request.uri.path)", "error": "\(error)",
            ])
        return Problem(status: .internalServerError, code: "internal_error", detail: "Something went wrong here. It was logged.")
    }

    private static func usable(_ id: String?) -> String? { id.flatMap { isUsable($0) ? $0 : nil } }

    /// A client's id is taken where it cannot harm a log line.
    static func isUsable(_ id: String) -> Bool {
        (1...longestID).contains(id.utf8.count)
            && id.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "-_.:".utf8.contains($0) }
    }
}

extension Audience {
    fileprivate init(_ request: Request) {
        self.init(method: request.method, target: request.uri.string, accept: request.headers[values: .accept].joined(separator: ","))
    }
}
