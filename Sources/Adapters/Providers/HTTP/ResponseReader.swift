import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// A provider's response as it arrives, for one task to read: what came since the last look is taken at once, so that reading costs as
/// little as it arrives in. A client's own sequence of buffers costs a timer and a pause of the connection for each.
final class ResponseReader: HTTPClientResponseDelegate {
    typealias Response = Void

    /// Bytes that may wait to be read; the connection is not read any further while there are more.
    private static let bufferLimit = 1 << 20

    private struct State {
        var task: HTTPClient.Task<Void>?
        var head: HTTPResponseHead?
        var buffers: [ByteBuffer] = []
        var buffered = 0
        var end: Result<Void, any Error>?
        var isIgnored = false
        var waiter: CheckedContinuation<Void, Never>?
        /// Fulfilled when there is room again.
        var room: EventLoopPromise<Void>?
        var heardAt = NIODeadline.now()
        var timer: Scheduled<Void>?
    }

    private let silence: TimeAmount
    private let state = Mutex(State())

    /// Sends a request.
    /// - Parameter silence: how long the provider may say nothing.
    init(sending request: HTTPClient.Request, by client: HTTPClient, silence: TimeAmount) {
        self.silence = silence
        let task = client.execute(request: request, delegate: self, eventLoop: .indifferent)
        let isOver = state.withLock { state in
            state.task = task
            return state.end != nil
        }
        if !isOver { watch(task, for: silence) }
    }

    // MARK: Reading

    /// - Throws: `HTTPClientError` and what the network says.
    func head() async throws -> HTTPResponseHead {
        while true {
            let (head, end) = state.withLock { ($0.head, $0.end) }
            if let head { return head }
            if case .failure(let error) = end { throw error }
            await wait { $0.head != nil }
        }
    }

    /// What came since the last call, as soon as there is something; nil once all was read.
    /// - Throws: `HTTPClientError` and what the network says, after all that came before.
    func next() async throws -> [ByteBuffer]? {
        while true {
            let (buffers, room, end) = state.withLock { state in
                defer {
                    state.buffers = []
                    state.buffered = 0
                    state.room = nil
                }
                return (state.buffers, state.room, state.end)
            }
            room?.succeed()
            if !buffers.isEmpty { return buffers }
            switch end {
            case .success: return nil
            case .failure(let error): throw error
            case nil: await wait { !$0.buffers.isEmpty }
            }
        }
    }

    /// The whole body.
    /// - Throws: `TooLong` where it is longer than `limit` bytes.
    func body(limit: Int) async throws -> ByteBuffer {
        var body = ByteBuffer()
        while let buffers = try await next() {
            for var buffer in buffers { body.writeBuffer(&buffer) }
            guard body.readableBytes <= limit else {
                cancel()
                throw TooLong()
            }
        }
        return body
    }

    struct TooLong: Error {}

    /// What follows is of no interest: it is read and dropped, so that the connection can be used again.
    func ignoreRest() {
        let room = state.withLock { state in
            state.isIgnored = true
            state.buffers = []
            defer { state.room = nil }
            return state.room
        }
        room?.succeed()
    }

    /// Ends the request; reading throws `HTTPClientError.cancelled` then.
    func cancel() { state.withLock { $0.task }?.cancel() }

    private func wait(until isReady: @Sendable (borrowing State) -> Bool) async {
        await withCheckedContinuation { continuation in
            let resumeNow = state.withLock { state in
                if isReady(state) || state.end != nil { return true }
                state.waiter = continuation
                return false
            }
            if resumeNow { continuation.resume() }
        }
    }

    // MARK: Arriving

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        heard { $0.head = head }?.resume()
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        var room: EventLoopFuture<Void>?
        heard { state in
            guard !state.isIgnored else { return }
            state.buffers.append(buffer)
            state.buffered += buffer.readableBytes
            guard state.buffered > Self.bufferLimit else { return }
            let promise = task.eventLoop.makePromise(of: Void.self)
            state.room = promise
            room = promise.futureResult
        }?.resume()
        return room ?? task.eventLoop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) { ended(.success(())) }

    func didReceiveError(task: HTTPClient.Task<Void>, _ error: any Error) { ended(.failure(error)) }

    private func heard(_ change: (inout State) -> Void) -> CheckedContinuation<Void, Never>? {
        state.withLock { state in
            state.heardAt = .now()
            change(&state)
            return state.waiter.take()
        }
    }

    private func ended(_ end: Result<Void, any Error>) {
        let (waiter, timer, room) = state.withLock { state in
            if state.end == nil { state.end = end }
            return (state.waiter.take(), state.timer.take(), state.room.take())
        }
        room?.succeed()
        timer?.cancel()
        waiter?.resume()
    }

    // MARK: Silence

    /// One timer for as long as nothing is amiss, set again when it ends, and not for each piece.
    private func watch(_ task: HTTPClient.Task<Void>, for time: TimeAmount) {
        let timer = task.eventLoop.scheduleTask(in: time) { [weak self] in self?.check(task) ?? () }
        let isOver = state.withLock { state in
            if state.end == nil { state.timer = timer }
            return state.end != nil
        }
        if isOver { timer.cancel() }
    }

    private func check(_ task: HTTPClient.Task<Void>) {
        let heardAt = state.withLock { state in
            // What waits to be read was not held back by the provider.
            if state.room != nil { state.heardAt = .now() }
            return state.heardAt
        }
        let left = heardAt + silence - .now()
        if left > .zero { watch(task, for: left) } else { task.fail(reason: HTTPClientError.readTimeout) }
    }
}
