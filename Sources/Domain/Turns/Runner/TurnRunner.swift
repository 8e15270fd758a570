package import Conversation
package import Generation
package import Logging
package import Retrieval
import ServiceLifecycle
import Synchronization
package import TimeOrdered

/// Runs turns, each in a task that belongs to the server: connections come and go, the turn goes on. One turn a session at a time.
package final class TurnRunner: Service {
    package struct Settings: Sendable {
        /// Turn pairs of history in a prompt.
        package var historyPairs = 10
        package var budget = PromptBudget(soft: 5_000, hard: 6_144)
        package var temperature = 0.3
        package var maxTokens = 2048
        /// How long running turns may go on once the server is told to end.
        package var drainGrace: Duration = .seconds(10)
        /// Turns that run at the same time.
        package var turnLimit = 10_000

        package init() {}
    }

    private struct State {
        var turns: [SessionID: RunningTurn] = [:]
        /// Sessions whose line is being changed, and who waits for it.
        var changing: [SessionID: [CheckedContinuation<Void, Never>]] = [:]
        var draining = false
    }

    let log: any LogStore
    let spool: any TurnSpool
    let retrieval: RetrievalService
    /// Nil where nobody can tell what words mean.
    let evidence: EvidenceFinder?
    let models: any ModelCatalog
    let rewriter: QueryRewriter?
    let settings: Settings
    let feed: SessionFeed
    /// Makes titles of first exchanges; nil where no model can.
    let titles: TitleService?
    /// What turns used that are not logged.
    package let unlogged = UnloggedTokens()
    let unclosed = UnclosedTurns()
    let clock: WallClock
    let logger: Logger
    private let ids: UUIDv7Generator
    private let ended: @Sendable (TurnStatus) -> Void
    private let state = Mutex(State())
    private let drained = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// - Parameters:
    ///   - rewriter: says what turns mean that say too little by themselves, where a model is configured for it.
    ///   - ended: told how each turn ended, for metrics.
    package init(
        log: any LogStore, spool: any TurnSpool, retrieval: RetrievalService, evidence: EvidenceFinder? = nil, models: any ModelCatalog,
        rewriter: QueryRewriter? = nil, titles: TitleService? = nil, feed: SessionFeed, settings: Settings, ids: UUIDv7Generator,
        clock: WallClock = .system, logger: Logger,
        ended: @escaping @Sendable (TurnStatus) -> Void = { _ in }
    ) {
        self.log = log
        self.spool = spool
        self.retrieval = retrieval
        self.evidence = evidence
        self.models = models
        self.rewriter = rewriter
        self.feed = feed
        self.titles = titles
        self.settings = settings
        self.ids = ids
        self.clock = clock
        self.logger = logger
        self.ended = ended
    }

    /// What answers where a request names no model.
    package var defaultModel: String { models.defaultModel }

    package var isDraining: Bool { state.withLock { $0.draining } }

    package var runningCount: Int { state.withLock { $0.turns.count } }

    /// The turn that a session is busy with.
    package func runningTurn(of session: SessionID) -> RunningTurn? { state.withLock { $0.turns[session] } }

    /// Lets the watchers of every running turn know that time has passed.
    package func nudgeWatchers() {
        for turn in state.withLock({ Array($0.turns.values) }) { turn.stream.nudge() }
    }

    /// Tries once more to store the ends of turns that could not be stored in their time, as on a full disk.
    package func closeLeft() async {
        for (turn, batch) in unclosed.all {
            do {
                _ = try await log.append(batch)
                logger.notice("the end of a turn is stored after all", metadata: ["turn": "\(turn)"])
            } catch LogError.noSession {
                // It was deleted meanwhile, and its text goes with it.
            } catch {
                continue
            }
            unclosed.remove(turn)
            spool.release(turn)
            feed.changed(batch.sessionID)
        }
    }

    /// A stream under a new turn's id, which watchers may take before the turn is begun.
    package func newStream(for session: SessionRow?) -> TurnStream { newStream(in: session?.id) }

    /// - Parameter session: nil for a new one.
    package func newStream(in session: SessionID?) -> TurnStream {
        TurnStream(sessionID: session ?? ids.next(), turnID: ids.next(), createdAt: clock.now())
    }

    /// Begins a turn. Its first event tells whether the user's message could be stored.
    /// - Throws: `TurnRefusal`.
    package func start(_ request: TurnRequest, on stream: TurnStream) throws(TurnRefusal) -> RunningTurn {
        let name = request.model ?? models.defaultModel
        guard let model = models.model(named: name) else { throw .noSuchModel(name) }
        let turn = RunningTurn(stream: stream, request: request)
        let refusal = state.withLock { state -> TurnRefusal? in
            if state.draining { return .draining }
            if let running = state.turns[stream.sessionID] { return .turnInProgress(running.stream.turnID) }
            if state.changing[stream.sessionID] != nil { return .lineChanging }
            if state.turns.count >= settings.turnLimit { return .tooManyTurns(limit: settings.turnLimit) }
            state.turns[stream.sessionID] = turn
            return nil
        }
        if let refusal { throw refusal }
        let regeneration = request.regeneration
        let userTurnID = regeneration?.editsMessage == false ? regeneration?.userTurn.id : nil
        let execution = TurnExecution(turn: turn, model: model, modelName: name, runner: self, userTurnID: userTurnID ?? ids.next())
        // reason: a turn outlives the request that began it; `run` cancels and awaits every one of them at shutdown.
        turn.begin(Task(executorPreference: request.executor) { await self.execute(execution) })
        return turn
    }

    // MARK: Lines

    /// Does something to a session's line that no turn may come in between; several such changes wait for each other.
    /// - Throws: `TurnRefusal.turnInProgress` where one runs, and what `body` throws.
    package func changingLine<Value>(of session: SessionID, _ body: () async throws -> Value) async throws -> Value {
        while try !beginChange(session) { await lineSettled(session) }
        defer {
            let waiting = state.withLock { $0.changing.removeValue(forKey: session) ?? [] }
            for continuation in waiting { continuation.resume() }
        }
        return try await body()
    }

    private func beginChange(_ session: SessionID) throws(TurnRefusal) -> Bool {
        let (running, isFree) = state.withLock { state -> (TurnID?, Bool) in
            if let running = state.turns[session] { return (running.stream.turnID, false) }
            guard state.changing[session] == nil else { return (nil, false) }
            state.changing[session] = []
            return (nil, true)
        }
        if let running { throw .turnInProgress(running) }
        return isFree
    }

    /// Returns once nobody changes the session's line, or at once where nobody does.
    package func lineSettled(_ session: SessionID) async {
        await withCheckedContinuation { continuation in
            let isSettled = state.withLock { state in
                guard state.changing[session] != nil else { return true }
                state.changing[session]?.append(continuation)
                return false
            }
            if isSettled { continuation.resume() }
        }
    }

    private func execute(_ execution: TurnExecution) async {
        let status = await execution.run()
        ended(status)
        let idle = state.withLock { state in
            state.turns[execution.turn.stream.sessionID] = nil
            return state.draining && state.turns.isEmpty
        }
        execution.publishEnd()
        feed.changed(execution.turn.stream.sessionID)
        if status == .complete { titles?.turnEnded(execution.turn) }
        if idle { drained.continuation.yield() }
    }

    // MARK: Service

    /// Waits for the server to be told to end, then lets running turns finish for the grace period and interrupts the others.
    package func run() async throws {
        try? await gracefulShutdown()  // reason: cancellation means the same as shutdown here
        let running = state.withLock { state in
            state.draining = true
            return Array(state.turns.values)
        }
        if !running.isEmpty {
            logger.notice("waiting for running turns", metadata: ["turns": "\(running.count)"])
            await waitForTurns()
        }
        for turn in running { turn.stop(.interrupted) }
        for turn in running { await turn.task?.value }
    }

    private func waitForTurns() async {
        await withTaskGroup { group in
            group.addTask { [drained] in for await _ in drained.stream { return } }
            group.addTask { [settings] in try? await Task.sleep(for: settings.drainGrace) }  // reason: cancelled when drained first
            await group.next()
            group.cancelAll()
        }
    }
}
