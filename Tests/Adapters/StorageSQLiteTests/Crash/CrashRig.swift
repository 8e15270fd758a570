import Access
import Conversation
import ConversationTesting
import JSON
import Logging
import Retrieval
import StorageSQLite
import Synchronization
import Testing
import TimeOrdered
import Turns
import TurnsTesting

/// What stays the same over several processes.
struct CrashSetting: Sendable {
    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    let clock = ManualClock()
    let ids: UUIDv7Generator
    let asker: Asker

    init() {
        ids = UUIDv7Generator(clock: clock.wallClock, random: { 7 })
        asker = Asker(userID: ids.next(), workspaceID: ids.next(), role: .member, scopes: [.chat])
    }
}

/// One process with its data directory: all that writes to the log of a session, on the real files.
final class CrashRig: Sendable {
    /// What the user of this process has done so far.
    struct Story: Sendable {
        var session: SessionID?
        /// The keys of their requests.
        var keys: [String] = []
    }

    private static let passages = ["Hold the reset button for ten seconds. The light blinks twice.", "Rules survive a soft reset of the router."]
    private static let all = 100_000

    let setting: CrashSetting
    let directory: DataDirectory
    let points: FaultPoints
    let log: FaultPointLog
    let lines: LineService
    let copies: SessionCopies
    private let store: SQLiteLogStore
    private let runner: TurnRunner
    private let models = ScriptedModels()
    private let told: Mutex<Story>

    init(_ path: String, _ setting: CrashSetting, _ story: Story = Story()) throws {
        self.setting = setting
        directory = try DataDirectory(path: path)
        store = try SQLiteLogStore(directory, clock: setting.clock.wallClock)
        points = FaultPoints(path)
        log = FaultPointLog(store, points)
        let library = ScriptedLibrary(Self.passages)
        runner = TurnRunner(
            log: log, spool: FaultPointSpool(try MappedSpool(directory, logger: CrashSetting.logger), points),
            retrieval: RetrievalService(store: library, index: library, logger: CrashSetting.logger), models: models, feed: SessionFeed(),
            settings: TurnRunner.Settings(), ids: setting.ids, clock: setting.clock.wallClock, logger: CrashSetting.logger)
        lines = LineService(log: log, turns: runner)
        copies = SessionCopies(log: log, ids: setting.ids)
        told = Mutex(story)
    }

    func close() throws { try store.close() }

    var story: Story { told.withLock { $0 } }

    func picture() async throws -> LogPicture { try await LogPicture(store, of: setting.asker, keys: story.keys) }

    // MARK: The session

    func row() async throws -> SessionRow {
        let session = try #require(story.session)
        return try #require(try await store.session(session, of: setting.asker.userID))
    }

    func line() async throws -> [TurnRow] {
        let row = try await row()
        return try await store.lastTurns(of: row, limit: row.messageCount)
    }

    /// On whatever line, by position.
    func turns() async throws -> [TurnRow] { try await store.turns(of: try await row().id, after: 0, limit: Self.all) }

    func events() async throws -> [Conversation.LogEvent] { try await store.events(of: try await row().id, after: 0, limit: Self.all) }

    /// The answers on the line.
    func answers() async throws -> [TurnRow] { try await line().filter { $0.role == .assistant } }

    func append(_ payload: EventPayload, group: GroupID? = nil) async throws {
        _ = try await log.append(AppendBatch(sessionID: try await row().id, drafts: [EventDraft(payload, group: group)]))
    }

    // MARK: Turns

    /// Runs a turn to its end; the first one makes the session.
    func ask(
        _ message: String, _ steps: [ScriptedModel.Step], fromDocuments: Bool = true, regeneration: Regeneration? = nil
    ) async throws {
        let session: SessionRow? = try await story.session == nil ? nil : row()
        let stream = runner.newStream(for: session)
        let key = "\(stream.turnID)"
        told.withLock { story in
            story.session = stream.sessionID
            story.keys.append(key)
        }
        models.answer(with: ScriptedModel(steps))
        let job: TurnRequest.Job = fromDocuments ? .documents(.init()) : .passThrough(["messages": []])
        let request = TurnRequest(
            asker: setting.asker, session: session, message: message, job: job, idempotency: (key: key, fingerprint: [1]),
            regeneration: regeneration)
        _ = try runner.start(request, on: stream)
        _ = await stream.waitUntilEnded()
        #expect(runner.runningCount == 0)
    }

    /// For a model's script: ends the turn that calls it, and comes back once its task knows.
    func stop() async {
        if let session = story.session { runner.runningTurn(of: session)?.stop(.stopped) }
        while !Task.isCancelled { await Task.yield() }
    }

    func regeneration(of answer: TurnRow, editsMessage: Bool = false, goesOn: Bool = false) async throws -> Regeneration {
        let question = try #require(answer.userTurnID)
        let userTurn = try #require(try await store.turn(question, of: answer.sessionID))
        let beginning: TurnRecord? = try await goesOn ? record(of: answer) : nil
        return Regeneration(userTurn: userTurn, answer: answer, editsMessage: editsMessage, beginning: beginning)
    }

    private func record(of answer: TurnRow) async throws -> TurnRecord {
        var opened: TurnOpened?
        var sources: SourcesFrozen?
        var message: AssistantMessage?
        for event in try await events() where event.group == answer.id {
            switch try event.decodedPayload() {
            case .turnOpened(let value): opened = value
            case .sourcesFrozen(let value): sources = value
            case .assistantMessage(let value): message = value
            default: break
            }
        }
        return TurnRecord(sessionID: answer.sessionID, opened: try #require(opened), sources: sources, message: try #require(message))
    }
}
