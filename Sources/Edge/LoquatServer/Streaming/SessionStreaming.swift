import Conversation
import HTMLText
import Hummingbird
import JSON
import ServerSentEvents
import TimeOrdered
import Turns

/// A session as it goes on: turns as they begin and end, the events of those that run, and what becomes of its line. Ids are `SEQ:N`: the
/// log's seq, and within a turn the number of its event.
///
/// A watcher reads from its own place in the log and in the turn, so nothing is kept for it but the few events that it has come to and
/// what it is writing: it slows nobody. One that is far behind in a turn that has ended is told so and given the whole text instead.
struct SessionStreaming: Sendable {
    /// Events that are read at once: at first, and at the most.
    private static let firstEvents = 4
    private static let mostEvents = 32
    /// Bytes of payload with which fewer are read the next time; a slow watcher holds what was read.
    private static let readBytes = 256 << 10
    /// Events of an ended turn that are still given one by one.
    private static let patience = 4_096

    let session: SessionID
    let owner: UUIDv7
    let log: any LogStore
    let turns: TurnRunner
    let feed: SessionFeed

    /// - Parameters:
    ///   - seq: the event that was seen last.
    ///   - number: how many events of the turn that it began were seen; nil for a client that has seen nothing.
    func response(after seq: Int, number: Int?) -> Response {
        Response(
            status: .ok, headers: Response.eventStreamHeaders,
            body: ResponseBody { writer in
                var told = GatheredEvents(writer)
                let signals = feed.signals(of: session)
                var cursor = seq
                if let number { try await resume(turnBegunAt: seq, after: number, &told) }
                try await catchUp(&cursor, &told)
                var silent = true
                for await signal in signals {
                    let before = cursor
                    try await catchUp(&cursor, &told)
                    silent = before == cursor
                    // A deleted session says nothing more.
                    if silent, try await log.session(session, of: owner) == nil {
                        try await write(SessionEvents.Deleted(sessionID: session), "deleted", seq: cursor + 1, &told)
                        break
                    }
                    if case .idle = signal, silent {
                        told.output.comment(" still here")
                        try await told.flush()
                    }
                }
                try await told.finish()
            })
    }

    private func catchUp(_ cursor: inout Int, _ told: inout GatheredEvents) async throws {
        var limit = Self.firstEvents
        while true {
            let events = try await log.events(of: session, after: cursor, limit: limit)
            for event in events {
                cursor = event.seq
                try await tell(event, &told)
            }
            try await told.flush()
            // What is appended after this reading is signalled.
            if events.count < limit { return }
            let isShort = events.reduce(0) { $0 + $1.payload.count } < Self.readBytes
            limit = isShort ? min(Self.mostEvents, 2 * limit) : max(1, limit / 2)
        }
    }

    private func tell(_ event: LogEvent, _ told: inout GatheredEvents) async throws {
        let seq = event.seq
        switch try event.decodedPayload() {
        case .userMessage(let message):
            try await said(message.turnID, "user", MarkdownRenderer.html(message.content), inPlaceOf: message.supersedes, seq, &told)
        case .turnOpened(let opened):
            let begun = SessionEvents.Turn(turnID: opened.turnID, role: "assistant", speakerID: nil, supersedesID: opened.regeneratedFrom, html: "")
            try await write(begun, "turn", seq: seq, &told)
            if let (stream, _) = try await TurnLookup(log: log, turns: turns).stream(of: opened.turnID, in: session) {
                try await follow(stream, begunAt: seq, after: 0, &told)
            }
        case .assistantMessage(let message):
            let superseded = try await log.turn(message.turnID, of: session)?.regeneratedFrom
            let html = AnswerHTML.html(message.content, message.citations)
            try await said(message.turnID, "assistant", html, inPlaceOf: superseded, seq, &told)
        case .lineRewound(let rewound):
            try await write(SessionEvents.Line(reason: .rewound, branch: rewound.branch, turnID: rewound.turnID), "line", seq: seq, &told)
        case .lineRestored(let restored):
            try await write(SessionEvents.Line(reason: .restored, branch: nil, turnID: restored.turnID), "line", seq: seq, &told)
        case .turnSelected(let selected):
            try await write(SessionEvents.Line(reason: .selected, branch: nil, turnID: selected.headTurnID), "line", seq: seq, &told)
        case .branchSwitched(let switched):
            try await write(SessionEvents.Line(reason: .switched, branch: switched.name, turnID: nil), "line", seq: seq, &told)
        case .turnHidden(let hidden):
            try await write(SessionEvents.Hidden(turnID: hidden.turnID, hidden: hidden.hidden), "hidden", seq: seq, &told)
        case .turnRated(let rated): try await write(SessionEvents.Rated(turnID: rated.turnID, rating: rated.rating), "rated", seq: seq, &told)
        case .sessionUpdated, .titleMade, .branchCreated, .branchRenamed, .sessionShared, .sessionUnshared:
            guard let row = try await log.session(session, of: owner) else { return }
            try await write(SessionResource(row), "updated", seq: seq, &told)
        case .sessionCreated, .sourcesFrozen, .groupClosed, .audit: break
        }
    }

    /// A turn's words, in the place of another one's where it supersedes one.
    private func said(
        _ id: TurnID, _ role: String, _ html: String, inPlaceOf superseded: TurnID?, _ seq: Int, _ told: inout GatheredEvents
    ) async throws {
        if let superseded {
            try await write(SessionEvents.Replace(turnID: id, supersedesID: superseded, role: role, html: html), "replace", seq: seq, &told)
        } else {
            let turn = SessionEvents.Turn(turnID: id, role: role, speakerID: nil, supersedesID: nil, html: html)
            try await write(turn, "turn", seq: seq, &told)
        }
    }

    private func write(_ value: some Encodable, _ event: String, seq: Int, _ told: inout GatheredEvents) async throws {
        guard let (name, data) = NativeDialect.encoded(event, value) else { return }
        told.output.event(name, id: "\(seq):0", data: data)
        try await told.flushIfFull()
    }

    /// A client that was cut off inside a turn gets the rest of it, whether it still runs or not.
    private func resume(turnBegunAt seq: Int, after number: Int, _ told: inout GatheredEvents) async throws {
        guard let event = try await log.events(of: session, seqs: [seq]).first, case .turnOpened(let opened) = try event.decodedPayload(),
            let (stream, _) = try await TurnLookup(log: log, turns: turns).stream(of: opened.turnID, in: session)
        else { return }
        try await follow(stream, begunAt: seq, after: number, &told)
    }

    private func follow(_ stream: TurnStream, begunAt seq: Int, after number: Int, _ told: inout GatheredEvents) async throws {
        var dialect = NativeDialect(idPrefix: "\(seq):")
        var seen = number
        while true {
            let count = stream.eventCount
            if stream.hasEnded, count - seen > Self.patience {
                return try await write(SessionEvents.CatchUp(turnID: stream.turnID, missed: count - seen), "catch_up", seq: seq, &told)
            }
            if count <= seen, !stream.hasEnded { try await told.flush() }
            switch await stream.next(after: seen) {
            case .ended: return
            case .idle: told.output.comment(" still here")
            case .events(let events):
                for event in events {
                    seen += 1
                    dialect.write(event, number: seen, to: &told.output)
                    try await told.flushIfFull()
                }
            }
        }
    }
}
