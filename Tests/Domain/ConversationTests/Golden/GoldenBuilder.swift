import Conversation
import ConversationTesting
import JSON
import TimeOrdered

/// Makes a log as the program does, with ids and times that are the same in every run.
struct GoldenBuilder {
    /// A message and an answer to it.
    struct Exchange {
        let user: TurnID
        let answer: TurnID
    }

    let ids: UUIDv7Generator
    let session: SessionID
    let user: UUIDv7
    let workspace: UUIDv7
    private(set) var events: [LogEvent] = []
    private var projection = SessionProjection()
    private var rows: [TurnID: TurnRow] = [:]
    private var now: Timestamp

    /// - Parameter number: one for each log, so that no two have an id in common.
    init(_ number: UInt64) {
        let clock = ManualClock(Timestamp(milliseconds: 1_780_000_000_000))
        ids = UUIDv7Generator(clock: clock.wallClock, random: { number << 2 })
        now = clock.now
        session = ids.next()
        user = ids.next()
        workspace = ids.next()
    }

    /// Where the next event stands.
    var nextSeq: Int { events.count + 1 }

    var headTurnID: TurnID? { projection.session?.headTurnID }

    /// The day of the next event.
    var day: CalendarDate { CalendarDate(now) }

    /// A moment, in milliseconds from now.
    func time(_ milliseconds: Int64) -> Timestamp { now.advanced(by: milliseconds) }

    /// What is appended at once, some seconds after what was before.
    mutating func append(_ drafts: [EventDraft]) throws {
        now = now.advanced(by: 4_321)
        let plan = try AppendPlan(AppendBatch(sessionID: session, drafts: drafts), onto: projection, now: now) { [rows] in rows[$0] }
        for turn in plan.turns { rows[turn.id] = turn }
        events += plan.events
        projection = plan.projection
    }

    mutating func append(_ payload: EventPayload, group: GroupID? = nil) throws { try append([EventDraft(payload, group: group)]) }

    // MARK: Parts

    func exchange() -> Exchange { Exchange(user: ids.next(), answer: ids.next()) }

    func created(_ title: String, collection: UUIDv7? = nil, metadata: JSONObject = [:]) -> EventDraft {
        EventDraft(
            .sessionCreated(
                SessionCreated(
                    userID: user, workspaceID: workspace, kind: .chat, title: title, collectionID: collection, metadata: metadata)))
    }

    func asking(
        _ exchange: Exchange, _ text: String, metadata: JSONObject = [:], request: JSONObject? = nil, supersedes: TurnID? = nil,
        asked: Asked? = nil
    ) -> EventDraft {
        let message = UserMessage(
            turnID: exchange.user, content: text, metadata: metadata, request: request, supersedes: supersedes, asked: asked)
        return EventDraft(.userMessage(message), group: exchange.answer)
    }

    func opening(_ exchange: Exchange, createsSession: Bool = false) -> EventDraft {
        EventDraft(
            .turnOpened(TurnOpened(turnID: exchange.answer, userTurnID: exchange.user, createsSession: createsSession)), group: exchange.answer)
    }

    func freezing(_ exchange: Exchange, evidence: Double? = nil) -> EventDraft {
        let document = Source.Document(id: workspace, title: "Früchte 🍊", filename: "fruit.md", mediaType: "text/markdown")
        let text = "A loquat is a fruit.\nIt is \"yellow\"."
        let first = Source(
            number: 1, chunkID: user, document: document, metadata: ["slug": "loquat", "creator": "Ada", "topic_category": "trees"], content: text,
            sectionHeading: "Loquat", sectionAnchor: "loquat", page: 3, start: 40, end: 40 + text.unicodeScalars.count, score: 0.1)
        let second = Source(
            number: 2, chunkID: session, document: Source.Document(id: user, title: "T", filename: nil, mediaType: "text/plain"), metadata: [:],
            content: "It grows on a tree.", sectionHeading: nil, sectionAnchor: nil, page: nil, start: 0, end: 19, score: 12)
        let frozen = SourcesFrozen(turnID: exchange.answer, cascadeTier: .collection, evidence: evidence, sources: [first, second])
        return EventDraft(.sourcesFrozen(frozen), group: exchange.answer)
    }

    /// The answer "A loquat is a fruit [1].", which was shown in two pieces and cites the first source.
    func citedAnswer(_ exchange: Exchange, promptVersion: String? = nil) -> [EventDraft] {
        let quote = Citation.Quote(chunkID: user, documentID: workspace, page: 3, start: 40, end: 60, text: "A loquat is a fruit.")
        let citation = Citation(number: 1, citedNumber: 2, start: 0, end: 24, status: .repaired, support: 0.75, quote: quote)
        return closing(
            AssistantMessage(
                turnID: exchange.answer, userTurnID: exchange.user, content: "A loquat is a fruit [1].", status: .complete, finishReason: .stop,
                failure: nil, model: "llama-3.1", promptVersion: promptVersion, citations: [citation],
                recording: StreamRecording(steps: [9, 15, StreamRecording.citation]), usage: TokenUsage(promptTokens: 120, completionTokens: 8),
                timings: TurnTimings(retrievalMs: 3.25, firstDeltaMs: 210.5, totalMs: 612)))
    }

    func plainAnswer(
        _ exchange: Exchange, _ text: String, _ status: TurnStatus = .complete, _ reason: FinishReason? = .stop, failure: TurnFailure? = nil,
        model: String? = "llama-3.1", chunks: [JSONValue] = []
    ) -> [EventDraft] {
        let steps = (text.isEmpty ? [] : [text.utf8.count]) + chunks.map { _ in StreamRecording.chunk }
        return closing(
            AssistantMessage(
                turnID: exchange.answer, userTurnID: exchange.user, content: text, status: status, finishReason: reason, failure: failure,
                model: model, citations: [], recording: StreamRecording(steps: steps, chunks: chunks), usage: nil,
                timings: status == .interrupted ? nil : TurnTimings(totalMs: 40)))
    }

    private func closing(_ message: AssistantMessage) -> [EventDraft] {
        [
            EventDraft(.assistantMessage(message), group: message.turnID),
            EventDraft(.groupClosed(GroupClosed(outcome: message.status)), group: message.turnID),
        ]
    }
}
