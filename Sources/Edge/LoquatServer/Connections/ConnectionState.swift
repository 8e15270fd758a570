/// What a connection is about and since when, in ticks of its timer. Told what happens, it says when time is up.
struct ConnectionState {
    enum Reading: Equatable {
        /// Nothing of the first request has come.
        case opening
        /// Between two requests.
        case idle
        case head
        case body
        /// Whatever comes is dropped.
        case over
    }

    /// Why a connection is ended.
    enum Expiry: Equatable {
        /// Nothing was asked.
        case silent
        case slowHead
        case slowBody
        case lateAnswer
        /// The client does not take what it asked for.
        case stalledReader
        /// The client was given time to read the last answer.
        case lingered
    }

    /// Times in ticks; 0 is no limit.
    struct Limits: Equatable {
        var head = 0
        var idle = 0
        var stall = 0
        /// Bytes in the time of a stall.
        var stallBytes = 0
        var answer = 0
        var linger = 1
    }

    /// A request that was read and whose answer has not ended.
    struct Request: Equatable {
        /// HTTP/1.0: it knows no chunks.
        let isOld: Bool
        /// The connection ends after its answer.
        let isLast: Bool
    }

    private let limits: Limits
    private(set) var reading = Reading.opening
    /// The oldest first.
    private(set) var requests: [Request] = []
    /// Of the oldest request.
    private(set) var hasAnswerBegun = false
    private(set) var isLingering = false
    /// A read was asked for: what does not come is the client's fault.
    private var isReadWanted = false
    private(set) var isWritable = true
    private(set) var bodyBytes = 0

    private var readingTicks = 0
    private var answerTicks = 0
    private var lingerTicks = 0
    private var stallTicks = 0
    private var bytesAtStall = 0
    private var bodyBytesAtWindow = 0

    init(_ limits: Limits) { self.limits = limits }

    // MARK: Reading

    mutating func bytesCame() {
        if reading == .opening || reading == .idle { read(.head) }
    }

    mutating func headCame(_ request: Request) {
        if requests.isEmpty { answerTicks = 0 }
        requests.append(request)
        bodyBytes = 0
        bodyBytesAtWindow = 0
        read(.body)
    }

    mutating func bodyCame(_ count: Int) { bodyBytes += count }

    mutating func requestEnded() {
        read(requests.last?.isLast == true ? .over : .idle)
        answerTicks = 0
    }

    mutating func stopReading() { read(.over) }

    mutating func readWanted() { isReadWanted = true }
    mutating func readCompleted() { isReadWanted = false }

    private mutating func read(_ next: Reading) {
        guard reading != .over else { return }
        reading = next
        readingTicks = 0
    }

    // MARK: Answering

    mutating func answerBegan() { hasAnswerBegun = true }

    mutating func answerEnded() {
        hasAnswerBegun = false
        answerTicks = 0
        readingTicks = 0
        if !requests.isEmpty { requests.removeFirst() }
    }

    mutating func writabilityChanged(_ isWritable: Bool) {
        self.isWritable = isWritable
        stallTicks = 0
    }

    /// Whether a client may be what holds up an answer.
    var mayStall: Bool { !isWritable || isLingering }

    mutating func linger() {
        isLingering = true
        stopReading()
    }

    // MARK: Time

    /// - Parameter bytes: what waits to be sent, where the client may hold that up.
    mutating func tick(waiting bytes: Int) -> Expiry? {
        if isStalled(waiting: bytes) { return .stalledReader }
        guard isLingering else { return readingExpiry() ?? answerExpiry() }
        guard bytes == 0 else { return nil }
        lingerTicks += 1
        return lingerTicks >= limits.linger ? .lingered : nil
    }

    private mutating func isStalled(waiting bytes: Int) -> Bool {
        guard bytes > 0, limits.stall > 0 else { return false }
        if stallTicks == 0 { bytesAtStall = bytes }
        stallTicks += 1
        guard stallTicks > limits.stall else { return false }
        let taken = bytesAtStall - bytes
        stallTicks = 1
        bytesAtStall = bytes
        return taken < limits.stallBytes
    }

    private mutating func readingExpiry() -> Expiry? {
        switch reading {
        case .over: return nil
        case .opening: return passes(limits.head) ? .silent : nil
        // While an answer is due, nothing is read.
        case .idle: return requests.isEmpty && passes(limits.idle) ? .silent : nil
        case .head: return requests.isEmpty && passes(limits.head) ? .slowHead : nil
        case .body:
            guard isReadWanted, passes(limits.stall) else { return nil }
            defer {
                readingTicks = 0
                bodyBytesAtWindow = bodyBytes
            }
            return bodyBytes - bodyBytesAtWindow < limits.stallBytes ? .slowBody : nil
        }
    }

    private mutating func passes(_ limit: Int) -> Bool {
        guard limit > 0 else { return false }
        readingTicks += 1
        return readingTicks >= limit
    }

    private mutating func answerExpiry() -> Expiry? {
        guard limits.answer > 0, !requests.isEmpty, !hasAnswerBegun, reading != .body else { return nil }
        answerTicks += 1
        return answerTicks >= limits.answer ? .lateAnswer : nil
    }
}

extension ConnectionState.Limits {
    /// How long a client may take to read a last answer, whose end a hard close would cut off.
    private static var linger: Duration { .seconds(5) }

    init(_ limits: ConnectionLimits) {
        let tick = limits.tick
        func ticks(_ time: Duration) -> Int { time > .zero ? max(1, Int((time / tick).rounded(.up))) : 0 }
        head = ticks(limits.headerTimeout)
        idle = ticks(limits.idleTimeout)
        stall = ticks(limits.stallTimeout)
        stallBytes = Int(limits.stallTimeout / .seconds(1) * Double(limits.leastRate))
        answer = ticks(limits.answerTimeout)
        linger = ticks(Self.linger)
    }
}
