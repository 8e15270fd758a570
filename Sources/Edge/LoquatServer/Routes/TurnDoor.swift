import Access
import Conversation
import Hummingbird
import Retrieval
import Turns

/// The way from a request to a turn's stream, whatever API the request came by.
struct TurnDoor {
    let services: ServerServices

    /// Begins the turn, or finds the one that an equal request began.
    /// - Throws: a problem where there is no turn: the message could not be stored, the session is busy, the day's tokens are used up, …
    func begin(_ request: TurnRequest, answersWithStream: Bool) async throws -> TurnStream {
        if answersWithStream { try StreamSlot.current?.take() }
        if case .documents = request.job { await services.library.waitUntilReady() }
        let stream = services.turns.newStream(in: request.session?.id ?? request.ephemeral?.sessionID)
        guard let (key, fingerprint) = request.idempotency else {
            try await start(request, stream)
            return stream
        }
        switch try await services.idempotency.enter(user: request.asker.userID, key: key, fingerprint: fingerprint, stream: stream) {
        case .mismatch: throw Idempotent.mismatch
        case .running(let first):
            guard answersWithStream, let first else { throw Idempotent.inProgress }
            return first
        case .done(.turn(let session, let turn)):
            guard let found = try await TurnLookup(log: services.log, turns: services.turns).stream(of: turn, in: session) else {
                throw Problem.notFound
            }
            guard answersWithStream || found.stream.hasEnded else { throw Idempotent.inProgress }
            return found.stream
        case .done(.response): throw Idempotent.mismatch
        case .proceed:
            defer { services.idempotency.leave(user: request.asker.userID, key: key) }
            do {
                try await start(request, stream)
                return stream
            } catch {
                // Those that share this stream must not wait for ever.
                let failure = (Problem(error)).map { TurnFailure(code: $0.code, message: $0.detail, retryable: true) }
                stream.publish([.failed(failure ?? TurnFailure(code: "internal_error", message: "The turn was not begun.", retryable: true))])
                throw error
            }
        }
    }

    /// Returns once the first event tells that the user's message is stored.
    private func start(_ request: TurnRequest, _ stream: TurnStream) async throws {
        try await DayLimit(services: services).check(request.asker)
        while true {
            do throws(TurnRefusal) {
                _ = try services.turns.start(request, on: stream)
                break
            } catch .lineChanging {
                await services.turns.lineSettled(stream.sessionID)
            }
        }
        guard case .events(let first) = await nextEvents(stream), case .failed(let failure) = first.first else { return }
        throw Problem(failure)
    }

    private func nextEvents(_ stream: TurnStream) async -> TurnStream.Next {
        while true {
            let next = await stream.next(after: 0)
            if case .idle = next { continue }
            return next
        }
    }
}
