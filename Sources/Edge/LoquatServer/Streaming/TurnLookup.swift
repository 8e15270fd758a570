import Conversation
import NIOPosix
import Turns

/// Finds turns, running or over, and their streams.
struct TurnLookup {
    /// Steps of an answer whose events would hold up an event loop while they are made.
    private static let manySteps = 2_000

    let log: any LogStore
    let turns: TurnRunner

    /// The stream of an assistant's turn, and the model it is filed under.
    func stream(of turn: TurnID, in session: SessionID) async throws -> (stream: TurnStream, model: String)? {
        if let running = turns.runningTurn(of: session), running.stream.turnID == turn {
            return (running.stream, running.request.model ?? turns.defaultModel)
        }
        guard let row = try await log.turn(turn, of: session), row.role == .assistant else { return nil }
        guard let record = try await record(row) else {
            // It ended between the two looks, or its end could not be stored.
            guard let running = turns.runningTurn(of: session), running.stream.turnID == turn else { return nil }
            return (running.stream, running.request.model ?? turns.defaultModel)
        }
        let model = record.message.model ?? turns.defaultModel
        guard record.message.recording.steps.count > Self.manySteps else { return (TurnStream(record, createdAt: row.createdAt), model) }
        return (try await NIOThreadPool.singleton.runIfActive { TurnStream(record, createdAt: row.createdAt) }, model)
    }

    /// Nil while the turn is running.
    func record(_ row: TurnRow) async throws -> TurnRecord? {
        let seqs = [row.position, row.sourcesSeq, row.contentSeq].compactMap { $0 }
        var opened: TurnOpened?
        var sources: SourcesFrozen?
        var message: AssistantMessage?
        for event in try await log.events(of: row.sessionID, seqs: seqs) {
            switch try event.decodedPayload() {
            case .turnOpened(let value): opened = value
            case .sourcesFrozen(let value): sources = value
            case .assistantMessage(let value): message = value
            default: break
            }
        }
        guard let opened, let message else { return nil }
        return TurnRecord(sessionID: row.sessionID, opened: opened, sources: sources, message: message)
    }

    /// The turns with their words.
    /// - Parameter areOnLine: they stand on the session's current line, so that none is superseded.
    func messages(_ rows: [TurnRow], of session: SessionRow, areOnLine: Bool) async throws -> [MessageResource] {
        let seqs = rows.flatMap { [$0.contentSeq, $0.sourcesSeq] }.compactMap { $0 }
        let payloads = try await EventPayload.decoded(try await log.events(of: session.id, seqs: seqs))
        let places = try await places(of: rows, in: session, areOnLine: areOnLine)
        return rows.map { row in
            var sources: SourcesFrozen?
            if case .sourcesFrozen(let frozen) = row.sourcesSeq.flatMap({ payloads[$0] }) { sources = frozen }
            return MessageResource(
                row, places[row.id] ?? .init(versions: [row.id]), content: row.contentSeq.flatMap { payloads[$0] }, sources: sources,
                shown: shown(of: row))
        }
    }

    private func places(of rows: [TurnRow], in session: SessionRow, areOnLine: Bool) async throws -> [TurnID: MessageResource.Place] {
        var hidden = Dictionary(rows.map { ($0.id, $0.isHidden) }, uniquingKeysWith: { $1 })
        for id in Set(rows.compactMap(\.userTurnID)) where hidden[id] == nil { hidden[id] = try await log.turn(id, of: session.id)?.isHidden }
        let versions = try await log.nearVersions(of: rows)
        var superseding: [TurnID: TurnID] = [:]
        if !areOnLine, let head = session.headTurnID {
            superseding = try await log.superseding(rows.map(\.id), onLineTo: head, of: session.id)
        }
        var places: [TurnID: MessageResource.Place] = [:]
        for row in rows {
            var place = MessageResource.Place(versions: versions[row.id]?.ids ?? [row.id])
            place.isHidden = hidden[row.userTurnID ?? row.id] ?? false
            place.supersededBy = superseding[row.id]
            places[row.id] = place
        }
        return places
    }

    private func shown(of row: TurnRow) -> String {
        guard row.status == .generating, let running = turns.runningTurn(of: row.sessionID), running.stream.turnID == row.id else { return "" }
        return running.stream.text
    }
}
