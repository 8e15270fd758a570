import Conversation
import LoquatServer
import TimeOrdered
import Turns

/// Turns with their words, as pages show them.
struct Timeline {
    let services: ServerServices

    private var log: any LogStore { services.log }

    /// - Parameter rows: turns of one line, in its order.
    func views(_ rows: [TurnRow], of session: SessionRow) async throws -> [TurnView] {
        let payloads = try await payloads(of: rows, in: session.id)
        let places = try await places(of: rows, in: session)
        let running = services.turns.runningTurn(of: session.id)?.stream
        return rows.map { row in
            let shown = row.status == .generating && running?.turnID == row.id ? running?.text ?? "" : ""
            return TurnView(
                row, places[row.id] ?? .init(), content: row.contentSeq.flatMap { payloads[$0] }, sources: Self.sources(of: row, in: payloads),
                shown: shown)
        }
    }

    /// As anybody may read them: what is left out of prompts is left out here.
    func shared(_ rows: [TurnRow], of session: SessionRow) async throws -> [SharedPage.Turn] {
        let hidden = try await hidden(among: rows, in: session.id)
        let rows = rows.filter { !(hidden[$0.userTurnID ?? $0.id] ?? false) }
        let payloads = try await payloads(of: rows, in: session.id)
        return rows.compactMap { row in
            SharedPage.Turn(row, content: row.contentSeq.flatMap { payloads[$0] }, sources: Self.sources(of: row, in: payloads))
        }
    }

    private func payloads(of rows: [TurnRow], in session: SessionID) async throws -> [Int: EventPayload] {
        let seqs = rows.flatMap { [$0.contentSeq, $0.sourcesSeq] }.compactMap { $0 }
        return try await EventPayload.decoded(try await log.events(of: session, seqs: seqs))
    }

    private static func sources(of row: TurnRow, in payloads: [Int: EventPayload]) -> SourcesFrozen? {
        guard case .sourcesFrozen(let frozen) = row.sourcesSeq.flatMap({ payloads[$0] }) else { return nil }
        return frozen
    }

    private func places(of rows: [TurnRow], in session: SessionRow) async throws -> [TurnID: TurnView.Place] {
        let hidden = try await hidden(among: rows, in: session.id)
        let versions = try await log.nearVersions(of: rows)
        var places: [TurnID: TurnView.Place] = [:]
        for row in rows {
            places[row.id] = TurnView.Place(
                versions: versions[row.id] ?? NearVersions(ids: [row.id]), isHidden: hidden[row.userTurnID ?? row.id] ?? false,
                isLast: row.id == session.headTurnID)
        }
        return places
    }

    /// Whether messages are hidden, those too whose answers alone are looked at.
    private func hidden(among rows: [TurnRow], in session: SessionID) async throws -> [TurnID: Bool] {
        var hidden = Dictionary(rows.map { ($0.id, $0.isHidden) }, uniquingKeysWith: { $1 })
        for id in Set(rows.compactMap(\.userTurnID)) where hidden[id] == nil {
            hidden[id] = try await log.turn(id, of: session)?.isHidden
        }
        return hidden
    }
}
