import NIOCore
import NIOHTTP1

/// Stands between the HTTP decoder and the routes: refuses what is no request, ends who is too slow, and sees to it that a connection
/// which is to end does end. The routes behind it see requests that are whole or break off with an error.
final class ConnectionGuard: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// What is thrown where a body is read that does not come.
    private struct BrokenRequest: Error {}

    /// A body that is left over is read to its end where it is no longer than this, so that the connection can go on.
    private static let shortRest = 64 << 10

    private let limits: ConnectionLimits
    private let refusals: Refusals
    /// Whether the connection is one too many.
    private let isCrowded: Bool
    private var state: ConnectionState
    /// Bytes that the current request announced; nil where it is chunked.
    private var announced: Int? = 0
    /// Said once the answers before it have ended.
    private var pending: Problem?
    /// The request that was read last, where somebody sits before a browser.
    private var person: HTTPRequestHead?
    /// An answer was given in the place of a route's, which is dropped.
    private var dropsAnswers = false
    /// The request that was read last is not whole.
    private var isBroken = false
    private var context: ChannelHandlerContext?
    private var timer: Scheduled<Void>?
    private weak var opening: RequestOpening?

    init(limits: ConnectionLimits, refusals: Refusals, isCrowded: Bool) {
        self.limits = limits
        self.refusals = refusals
        self.isCrowded = isCrowded
        state = ConnectionState(.init(limits))
    }

    /// Adds the handlers around the decoder of a pipeline that is set up.
    func add(to channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
        let opening = RequestOpening(self)
        self.opening = opening
        try pipeline.addHandler(opening, position: .before(decoder))
        try pipeline.addHandler(self, position: .after(decoder))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard timer == nil else { return }
        guard isCrowded else { return schedule(context) }
        // It is gone at once, whether its client reads why or not.
        state.stopReading()
        refusals.write(RequestFaults.crowded, to: nil, context)
        context.close(promise: nil)
    }

    private func end() {
        timer?.cancel()
        timer = nil
        context = nil
    }

    // MARK: Reading

    var reading: ConnectionState.Reading { state.reading }

    func bytesCame() { state.bytesCame() }

    func refuseEmptyLines() {
        if let context { refuse(RequestFaults.malformed("A request begins with its line."), context) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state.reading != .over else { return }
        switch unwrapInboundIn(data) {
        case .head(let head): read(head, context)
        case .body(let bytes):
            state.bodyCame(bytes.readableBytes)
            if state.bodyBytes > limits.bodyBytes { return fail(.tooLarge(limit: limits.bodyBytes), context) }
            context.fireChannelRead(data)
        case .end(let trailers):
            if let problem = RequestFaults.problem(trailers: trailers) { return fail(problem, context) }
            state.requestEnded()
            context.fireChannelRead(data)
        }
    }

    private func read(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        person = Audience(head).isPerson ? head : nil
        if let problem = RequestFaults.problem(head, limits: limits) { return refuse(problem, context, head) }
        var head = head
        let headers = head.headers
        // What is asked to become another protocol is not decoded any further.
        let isLast = !head.isKeepAlive || head.method == .CONNECT || headers.contains(name: "upgrade")
        if isLast { head.headers.replaceOrAdd(name: "connection", value: "close") }
        announced = headers.contains(name: "transfer-encoding") ? nil : headers.first(name: "content-length").flatMap { Int($0) } ?? 0
        let isOld = head.version == .http1_0
        if state.requests.isEmpty, !isOld, announced != 0, headers.first(name: "expect")?.lowercased() == "100-continue" {
            context.writeAndFlush(wrapOutboundOut(.head(.init(version: .http1_1, status: .continue))), promise: nil)
        }
        state.headCame(.init(isOld: isOld, isLast: isLast))
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        state.readCompleted()
        // Nobody else asks for what is dropped, and the client's close comes behind it.
        if state.reading == .over { context.read() }
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        state.readWanted()
        context.read()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        let problem = RequestFaults.problem(error, isInLine: opening?.hasLine == false)
        switch state.reading {
        case .over: break
        // A route that reads no body has its own answer; one that does says that it broke off.
        case .body: breakOff(context)
        case .opening, .idle, .head: refuse(problem, context)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // There is nobody to wait for once the client has closed too, nor once the server goes down.
        if state.isLingering, event is ChannelShouldQuiesceEvent || event as? ChannelEvent == .inputClosed {
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Refusing

    /// Says what is wrong with what no route has seen, once the answers before it are through, and ends the connection.
    private func refuse(_ problem: Problem, _ context: ChannelHandlerContext, _ head: HTTPRequestHead? = nil) {
        state.stopReading()
        guard state.requests.isEmpty else { return pending = problem }
        refusals.write(problem, to: head, context)
        linger(context)
    }

    /// Ends a request that a route has begun with, in its place where it has not answered yet.
    private func fail(_ problem: Problem, _ context: ChannelHandlerContext) {
        if state.requests.count == 1, !state.hasAnswerBegun, !dropsAnswers {
            dropsAnswers = true
            refusals.write(problem, to: person, context)
            linger(context)
        }
        breakOff(context)
    }

    private func breakOff(_ context: ChannelHandlerContext) {
        state.stopReading()
        isBroken = true
        context.fireErrorCaught(BrokenRequest())
    }

    /// Nothing more is said; the client may read what was, and close.
    private func linger(_ context: ChannelHandlerContext) {
        guard !state.isLingering else { return }
        state.linger()
        context.close(mode: .output, promise: nil)
        context.read()
    }

    // MARK: Answering

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !dropsAnswers else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status.code >= 200:
            state.answerBegan()
            context.write(wrapOutboundOut(.head(framed(head))), promise: promise)
        case .head, .body: context.write(data, promise: promise)
        case .end: endAnswer(data, promise, context)
        }
    }

    /// Whether what follows in the connection cannot be told from the rest of a request.
    private var isAtItsEnd: Bool {
        guard state.requests.count == 1 else { return false }
        if isBroken { return true }
        guard state.reading == .body else { return false }
        return announced.map { $0 - state.bodyBytes > Self.shortRest } ?? true
    }

    private func framed(_ head: HTTPResponseHead) -> HTTPResponseHead {
        guard let request = state.requests.first else { return head }
        var head = head
        if request.isOld { head.version = .http1_0 }
        if request.isLast || isAtItsEnd {
            head.headers.replaceOrAdd(name: "connection", value: "close")
        } else if request.isOld {
            head.headers.replaceOrAdd(name: "connection", value: "keep-alive")
        }
        return head
    }

    private func endAnswer(_ data: NIOAny, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        let isAtItsEnd = isAtItsEnd
        state.answerEnded()
        if isAtItsEnd {
            context.writeAndFlush(data, promise: promise)
            linger(context)
            context.fireErrorCaught(BrokenRequest())
        } else if let problem = pending, state.requests.isEmpty {
            pending = nil
            context.write(data, promise: promise)
            dropsAnswers = true
            refusals.write(problem, to: nil, context)
            linger(context)
        } else {
            context.write(data, promise: promise)
        }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .input: context.close(mode: mode, promise: promise)
        case .output:
            state.linger()
            context.close(mode: mode, promise: promise)
            context.read()
        // A last answer that is still on its way would be cut off.
        case .all where state.isLingering: context.channel.closeFuture.cascade(to: promise)
        case .all: context.close(mode: mode, promise: promise)
        }
    }

    // MARK: Time

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        state.writabilityChanged(context.channel.isWritable)
        context.fireChannelWritabilityChanged()
    }

    private func waitingBytes(_ context: ChannelHandlerContext) -> Int {
        // reason: a channel without this option has nothing that waits
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    private func schedule(_ context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(limits.tick)) { self.tick() }
    }

    private func tick() {
        guard let context else { return }
        switch state.tick(waiting: state.mayStall ? waitingBytes(context) : 0) {
        case .silent, .stalledReader, .lingered: return context.close(promise: nil)
        case .slowHead: refuse(RequestFaults.slow, context)
        case .slowBody: expire(RequestFaults.slow, context)
        case .lateAnswer: expire(RequestFaults.late, context)
        case nil: break
        }
        schedule(context)
    }

    private func expire(_ problem: Problem, _ context: ChannelHandlerContext) {
        fail(problem, context)
        if !state.isLingering { context.close(promise: nil) }
    }
}
