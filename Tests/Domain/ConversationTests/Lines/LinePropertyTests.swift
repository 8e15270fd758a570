import Conversation
import Testing
import TimeOrdered

/// Whatever is done to a conversation, and in whatever order, its rows are the fold of its log, and its line is what it should be.
struct LinePropertyTests {
    /// 100 sequences each.
    private static let seeds = (0..<100).map { UInt64($0) * 100 }

    /// Rows as a store keeps them: nothing but them is there for the next event.
    private struct Rows: Equatable {
        var session: SessionRow?
        var turns: [TurnID: TurnRow] = [:]

        mutating func fold(_ events: some Sequence<LogEvent>) throws {
            for event in events {
                var projection = SessionProjection(session: session)
                for turn in try projection.apply(event, event.decodedPayload(), turns: { [turns] in turns[$0] }) { turns[turn.id] = turn }
                session = projection.session
            }
        }

        /// From nothing, in one go.
        static func whole(_ events: [LogEvent]) throws -> Rows {
            var (projection, rows) = (SessionProjection(), Rows())
            for event in events {
                for turn in try projection.apply(event, event.decodedPayload(), turns: { _ in nil }) { rows.turns[turn.id] = turn }
            }
            rows.session = projection.session
            return rows
        }

        func line(to head: TurnID?) -> [TurnRow] {
            var (line, next) = ([TurnRow](), head)
            while let turn = next.flatMap({ turns[$0] }) {
                line.insert(turn, at: 0)
                next = turn.parentID
            }
            return line
        }
    }

    @Test(.serialized, arguments: seeds)
    func theFoldEqualsTheState(_ first: UInt64) async throws {
        for seed in first..<first + 100 {
            // Other tests have their time.
            await Task.yield()
            var conversation = try RandomConversation(seed: seed)
            for _ in 0..<12 { try conversation.act() }
            let events = conversation.log.events
            let rows = try Rows.whole(events)
            var stepwise = Rows()
            try stepwise.fold(events)
            #expect(stepwise == rows, "seed \(seed)")
            expect(rows, conversation, seed)
        }
    }

    private func expect(_ rows: Rows, _ conversation: RandomConversation, _ seed: UInt64) {
        let expected = conversation.line
        let line = rows.line(to: rows.session?.headTurnID)
        #expect(line.map(\.id) == expected.map(\.id), "seed \(seed)")
        #expect(line.map(\.depth) == Array(expected.indices), "seed \(seed)")
        #expect(rows.session?.messageCount == expected.count, "seed \(seed)")
        // A search relies on it.
        if rows.turns.values.allSatisfy({ $0.leftSeq == nil }) { #expect(line.count == rows.turns.count, "seed \(seed)") }
        #expect(rows.session?.title == conversation.title, "seed \(seed)")
        #expect(rows.session?.branch == conversation.branch, "seed \(seed)")
        #expect(rows.session?.runningTurnID == nil, "seed \(seed)")
        for turn in conversation.turns.values {
            let row = rows.turns[turn.id]
            let same =
                row?.parentID == turn.parent && row?.status == turn.status && row?.rating == turn.rating && row?.isHidden == turn.isHidden
                && row?.tipID == turn.tip && row?.leftSeq == turn.leftSeq && row?.role == turn.role
            #expect(same, "seed \(seed)")
        }
        for branch in rows.session?.lines ?? [] where branch.name != conversation.branch {
            #expect(branch.headTurnID == conversation.branches[branch.name] ?? nil, "seed \(seed)")
        }
    }

    /// Facts are not taken back: every answer counts, on the line or not.
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func usageStays(_ seed: UInt64) throws {
        var conversation = try RandomConversation(seed: seed)
        for _ in 0..<30 { try conversation.act() }
        var (projection, usage) = (SessionProjection(), UsageFold())
        for event in conversation.log.events {
            let payload = try event.decodedPayload()
            _ = try projection.apply(event, payload, turns: { _ in nil })
            if let session = projection.session { usage.add(UsageRow.added(by: event, payload, in: session)) }
        }
        #expect(usage.rows.reduce(0) { $0 + $1.sum.turns } == conversation.answers)
    }

    /// A rewound turn is as if it had not happened; played again, as if played once.
    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func playedAgainIsPlayedOnce(_ seed: UInt64) throws {
        var straight = try RandomConversation(seed: seed)
        var winding = try RandomConversation(seed: seed)
        for number in 1...6 {
            try straight.send("\(number)")
            try winding.send("\(number)")
            guard number.isMultiple(of: 2), let back = winding.line.dropLast(2).last else { continue }
            try winding.rewind(to: back.id)
            try winding.send("\(number)")
        }
        func seen(_ conversation: RandomConversation) throws -> [String] {
            let rows = try Rows.whole(conversation.log.events)
            let line = rows.line(to: rows.session?.headTurnID)
            return ["\(rows.session?.title ?? "") \(rows.session?.messageCount ?? 0)"]
                + line.map { "\($0.role) \($0.depth) \(conversation.turns[$0.id]?.words ?? "") \($0.isHidden) \($0.title ?? "")" }
        }
        #expect(try seen(winding) == seen(straight))
    }
}
