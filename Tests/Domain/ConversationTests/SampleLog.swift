import Conversation
import ConversationTesting
import JSON
import TestSupport
import TimeOrdered

/// A session's log made step by step, without a store.
struct SampleLog {
    let ids: UUIDv7Generator
    let session: SessionID
    let user: UUIDv7
    private(set) var events: [LogEvent] = []

    init() {
        let start = ManualClock()
        ids = UUIDv7Generator(clock: start.wallClock, random: { 7 })
        session = ids.next()
        user = ids.next()
    }

    var creation: EventPayload {
        .sessionCreated(
            SessionCreated(userID: user, workspaceID: user, kind: .chat, title: "t", collectionID: user, metadata: ["a": 1]))
    }

    /// Adds events that follow those before: numbered, chained, a millisecond apart.
    mutating func add(_ drafts: [EventDraft]) throws {
        for draft in drafts { events.append(try event(draft.payload, seq: events.count + 1, group: draft.group)) }
    }

    /// An event with any seq, right or wrong.
    func event(_ payload: EventPayload, seq: Int, group: GroupID? = nil) throws -> LogEvent {
        let time = Timestamp(milliseconds: 1_800_000_000_000 + Int64(seq))
        let bytes = try payload.encoded()
        let hash = EventHash(
            after: events.last?.hash ?? .beginning(of: session), seq: seq, kind: payload.kind.rawValue, group: group, createdAt: time,
            payload: bytes)
        return LogEvent(sessionID: session, seq: seq, kind: payload.kind, payload: bytes, group: group, createdAt: time, hash: hash)
    }

    /// A session of several turns with each outcome, updates between them, and one turn still running.
    static func long(seed: UInt64, turns: Int = 6) throws -> SampleLog {
        var random = SeededRandom(seed: seed)
        var log = SampleLog()
        try log.add([EventDraft(log.creation)])
        for number in 0..<turns {
            let turn = SampleTurn(log.ids, question: "\(number)")
            try log.add(turn.opening)
            if Bool.random(using: &random) { try log.add([turn.freezing]) }
            if Bool.random(using: &random) {
                let update = SessionUpdated(title: "\(number)", archived: Bool.random(using: &random), leavesCollection: number == 3)
                try log.add([EventDraft(.sessionUpdated(update))])
            }
            if number < turns - 1 {
                try log.add(turn.closing([.complete, .stopped, .interrupted, .failed].randomElement(using: &random) ?? .failed))
            }
        }
        return log
    }
}
