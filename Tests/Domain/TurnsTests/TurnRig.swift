import Access
import Conversation
import Generation
import JSON
import Logging
import Retrieval
import Synchronization
import Testing
import TimeOrdered
import Turns
import TurnsTesting

/// A runner with all that is around it in memory.
struct TurnRig: Sendable {
    static let passages = ["Hold the reset button for ten seconds. The light blinks twice.", "Rules survive a soft reset of the router."]

    let log = ScriptedLog()
    let library = ScriptedLibrary(Self.passages)
    let models = ScriptedModels()
    let feed = SessionFeed()
    let spool: ScriptedSpool
    let runner: TurnRunner
    /// How the turns ended, as metrics are told.
    let outcomes = Outcomes()
    private let asker: Asker

    final class Outcomes: Sendable {
        private let statuses = Mutex<[TurnStatus]>([])

        var all: [TurnStatus] { statuses.withLock { $0 } }

        func add(_ status: TurnStatus) { statuses.withLock { $0.append(status) } }
    }

    /// - Parameters:
    ///   - spoolRoom: writes of the spool that succeed.
    ///   - words: by which citations are checked.
    init(
        spoolRoom: Int = .max, words: (any WordEmbedder)? = nil, evidenceLimit: Duration = .seconds(60),
        _ change: (inout TurnRunner.Settings) -> Void = { _ in }
    ) {
        var settings = TurnRunner.Settings()
        change(&settings)
        let ids = UUIDv7Generator()
        spool = ScriptedSpool(room: spoolRoom)
        asker = Asker(userID: ids.next(), workspaceID: ids.next(), role: .member, scopes: [.chat])
        let retrieval = RetrievalService(store: library, index: library, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        runner = TurnRunner(
            log: log, spool: spool, retrieval: retrieval,
            evidence: words.map { EvidenceFinder(words: $0, retrieval: retrieval, limit: evidenceLimit) }, models: models, feed: feed,
            settings: settings, ids: ids, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            ended: { [outcomes] in outcomes.add($0) })
    }

    func request(
        _ job: TurnRequest.Job = .passThrough([:]), in session: SessionRow? = nil, message: String = "q", model: String? = nil,
        isLogged: Bool = true
    ) -> TurnRequest {
        TurnRequest(asker: asker, session: session, message: message, job: job, model: model, isLogged: isLogged)
    }

    func row(of session: SessionID) async throws -> SessionRow? { try await log.session(session, of: asker.userID) }

    /// Runs a turn to its end.
    func run(_ request: TurnRequest, on stream: TurnStream? = nil) async throws -> FinishedTurn {
        let stream = stream ?? runner.newStream(for: request.session)
        _ = try runner.start(request, on: stream)
        return FinishedTurn(stream: stream, events: await stream.waitUntilEnded())
    }

    /// A new session's turn with a model that goes through these steps.
    func run(_ steps: [ScriptedModel.Step], _ job: TurnRequest.Job = .passThrough([:])) async throws -> FinishedTurn {
        models.answer(with: ScriptedModel(steps))
        return try await run(request(job))
    }

    /// For a model's script: ends the turn that calls it, and comes back once its task knows.
    func stop(_ session: SessionID, _ reason: TurnMachine.StopReason = .stopped) async {
        runner.runningTurn(of: session)?.stop(reason)
        while !Task.isCancelled { await Task.yield() }
    }

    /// Called before each append with the kinds of its events; what it throws is thrown by the append.
    func beforeAppends(_ body: @escaping @Sendable ([EventKind]) throws -> Void) {
        log.beforeEach { call in if case .append(let batch) = call { try body(batch.drafts.map(\.payload.kind)) } }
    }

    /// Fails the appends that hold an event of this kind.
    func failAppends(of kind: EventKind, with error: any Error = LogError.full) {
        beforeAppends { if $0.contains(kind) { throw error } }
    }

    func entries(of turn: FinishedTurn) async throws -> TurnEntries? {
        try await log.entries(of: turn.stream.turnID, in: turn.stream.sessionID)
    }

    /// What holds of every turn that was run, however it ended: one end; what was shown is what the log gives again, or the turn is
    /// told to have failed and what was shown is the beginning of what is kept.
    func expectKept(_ turn: FinishedTurn, isLogged: Bool = true, _ comment: Comment? = nil, _ place: SourceLocation = #_sourceLocation) async throws {
        #expect(turn.events.count { $0.endsTurn } == 1, comment, sourceLocation: place)
        #expect(turn.end?.endsTurn == true, comment, sourceLocation: place)
        #expect(runner.runningTurn(of: turn.stream.sessionID) == nil, comment, sourceLocation: place)
        guard isLogged else {
            #expect(try await log.allEvents(of: turn.stream.sessionID).isEmpty, comment, sourceLocation: place)
            return
        }
        #expect(spool.written(of: turn.stream.turnID) == turn.answer, comment, sourceLocation: place)
        let isReleased = spool.released.contains(turn.stream.turnID)
        guard let entries = try await entries(of: turn), let record = entries.record(of: turn.stream.sessionID) else {
            #expect(turn.failure != nil, comment, sourceLocation: place)
            #expect(!isReleased, "what is not in the log is needed", sourceLocation: place)
            return
        }
        #expect(isReleased, comment, sourceLocation: place)
        #expect(entries.outcomes == [record.message.status], comment, sourceLocation: place)
        #expect(record.events.last == turn.end, comment, sourceLocation: place)
        if turn.failure == nil {
            #expect(record.events == turn.events, comment, sourceLocation: place)
        } else {
            #expect(record.events.starts(with: turn.events.dropLast()), comment, sourceLocation: place)
        }
    }
}

/// A turn as a watcher saw it.
struct FinishedTurn: Sendable {
    let stream: TurnStream
    let events: [TurnEvent]

    var end: TurnEvent? { events.last }

    var finishReason: FinishReason? { if case .done(let done) = end { done.finishReason } else { nil } }

    var failure: TurnFailure? { if case .failed(let failure) = end { failure } else { nil } }

    var text: String { stream.text }

    /// The events that the spool keeps.
    var answer: [TurnEvent] {
        events.filter {
            switch $0 {
            case .delta, .citation, .chunk: true
            case .session, .sources, .truncate, .done, .failed: false
            }
        }
    }
}
