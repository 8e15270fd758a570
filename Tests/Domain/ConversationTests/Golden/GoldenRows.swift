import Conversation
import JSON
import TimeOrdered

/// What a log folds to, as the files hold it.
struct GoldenRows {
    private let session: JSONValue
    private let turns: [JSONValue]
    private let usage: [JSONValue]

    init(folding events: [LogEvent]) throws {
        var projection = SessionProjection()
        var rows: [TurnID: TurnRow] = [:]
        var fold = UsageFold()
        for event in events {
            let payload = try event.decodedPayload()
            for turn in try projection.apply(event, payload, turns: { _ in nil }) { rows[turn.id] = turn }
            if let session = projection.session { fold.add(UsageRow.added(by: event, payload, in: session)) }
        }
        session = try jsonValue(projection.session.map(GoldenSession.init))
        turns = try rows.values.sorted { $0.position < $1.position }.map { try jsonValue(GoldenTurn($0)) }
        usage = try fold.rows.map { try jsonValue($0) }
    }

    var json: JSONValue { ["session": session, "turns": .array(turns), "usage": .array(usage)] }

    /// A row a line, for whoever reads them.
    var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.raw(#"{"session":"#)
        writer.value(session)
        for (name, rows) in [("turns", turns), ("usage", usage)] {
            writer.raw(",\n")
            writer.string(name)
            writer.raw(":[")
            for (index, row) in rows.enumerated() {
                if index > 0 { writer.raw(",") }
                writer.raw("\n")
                writer.value(row)
            }
            writer.raw("]")
        }
        writer.raw("}\n")
        return writer.bytes
    }

    /// Where a value is another than expected. What is not spoken of may be there.
    static func differences(_ expected: JSONValue, _ actual: JSONValue?, at place: String = "") -> [String] {
        switch (expected, actual) {
        case (.object(let object), .some(.object)):
            return object.members.flatMap { differences($0.value, actual?[$0.name], at: "\(place)/\($0.name)") }
        case (.array(let items), .some(.array(let others))) where items.count == others.count:
            return items.indices.flatMap { differences(items[$0], others[$0], at: "\(place)/\($0)") }
        default:
            if expected == actual { return [] }
            return ["\(place) is \(actual.map(text) ?? "missing"), and was \(text(expected))"]
        }
    }

    private static func text(_ value: JSONValue) -> String { String(decoding: value.bytes, as: UTF8.self) }
}

private struct GoldenSession: Encodable {
    struct Shared: Encodable {
        let digest: String
        let turnID: TurnID
        let createdAt: Timestamp
    }

    let id: SessionID
    let userID: UUIDv7
    let workspaceID: UUIDv7
    let kind: SessionKind
    let title: String
    let givenTitle: String?
    let collectionID: UUIDv7?
    let metadata: JSONObject
    let createdAt: Timestamp
    let updatedAt: Timestamp
    let lastMessageAt: Timestamp
    let headTurnID: TurnID?
    let messageCount: Int
    let branch: String
    let branches: [Branch]
    let share: Shared?
    let archived: Bool
    let pinned: Bool
    let runningTurnID: TurnID?
    let copiedEvents: Int
    let headSeq: Int
    let headHash: String

    init(_ row: SessionRow) {
        id = row.id
        userID = row.userID
        workspaceID = row.workspaceID
        kind = row.kind
        title = row.title
        givenTitle = row.givenTitle
        collectionID = row.collectionID
        metadata = row.metadata
        createdAt = row.createdAt
        updatedAt = row.updatedAt
        lastMessageAt = row.lastMessageAt
        headTurnID = row.headTurnID
        messageCount = row.messageCount
        branch = row.branch
        branches = row.branches
        share = row.share.map { Shared(digest: $0.digest, turnID: $0.turnID, createdAt: $0.createdAt) }
        archived = row.archived
        pinned = row.pinned
        runningTurnID = row.runningTurnID
        copiedEvents = row.copiedEvents
        headSeq = row.headSeq
        headHash = row.headHash.hex
    }
}

private struct GoldenTurn: Encodable {
    let id: TurnID
    let sessionID: SessionID
    let position: Int
    let role: String
    let status: TurnStatus
    let contentSeq: Int?
    let sourcesSeq: Int?
    let userTurnID: TurnID?
    let parentID: TurnID?
    let depth: Int
    let jumpID: TurnID?
    let regeneratedFrom: TurnID?
    let tipID: TurnID?
    let isHidden: Bool
    let title: String?
    let model: String?
    let promptVersion: String?
    let rating: Rating?
    let createdAt: Timestamp

    init(_ row: TurnRow) {
        id = row.id
        sessionID = row.sessionID
        position = row.position
        role = row.role.rawValue
        status = row.status
        contentSeq = row.contentSeq
        sourcesSeq = row.sourcesSeq
        userTurnID = row.userTurnID
        parentID = row.parentID
        depth = row.depth
        jumpID = row.jumpID
        regeneratedFrom = row.regeneratedFrom
        tipID = row.tipID
        isHidden = row.isHidden
        title = row.title
        model = row.model
        promptVersion = row.promptVersion
        rating = row.rating
        createdAt = row.createdAt
    }
}
