import Access
import Hummingbird
import TimeOrdered

/// Holds each credential to its requests a minute and its streams; stands behind `Authentication`.
struct KeyLimits: RouterMiddleware {
    typealias Context = ServerContext

    /// Nil where whoever asks is the owner.
    let door: FrontDoor?

    func handle(_ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response) async throws -> Response {
        guard let door, let asker = context.asker else { return try await next(request, context) }
        let credential = asker.countedAs
        let allowance = door.requestsPerMinute(asker.limits).map { door.keys.take(credential, perMinute: $0) }
        if let allowance, !allowance.isAllowed { throw Problem.tooManyRequests(allowance, of: "key") }
        let slot = StreamSlot(door.streams, credential, limit: door.concurrentStreams(asker.limits))
        var response = try await answer(request, context, slot, next)
        if let allowance { response.headers.tell(allowance) }
        return response
    }

    private func answer(
        _ request: Request, _ context: ServerContext, _ slot: StreamSlot, _ next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let response: Response
        do {
            response = try await StreamSlot.$current.withValue(slot) { try await next(request, context) }
        } catch {
            slot.giveBack()
            throw error
        }
        guard response.headers[.contentType] == "text/event-stream" else {
            slot.giveBack()
            return response
        }
        try slot.take()
        let body = response.body
        var counted = response
        counted.body = ResponseBody(contentLength: body.contentLength) { writer in
            defer { slot.giveBack() }
            try await body.write(writer)
        }
        return counted
    }
}

extension Asker {
    /// What limits are counted by: a key, or the user behind tokens and logins, which may be made anew as often as one likes.
    var countedAs: UUIDv7 { if case .key(let id) = credential { id } else { userID } }
}
