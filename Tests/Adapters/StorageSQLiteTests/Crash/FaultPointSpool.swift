import Conversation
import Turns

/// A spool whose directory is copied before and after each write.
final class FaultPointSpool: TurnSpool {
    private let spool: any TurnSpool
    private let points: FaultPoints

    init(_ spool: any TurnSpool, _ points: FaultPoints) {
        self.spool = spool
        self.points = points
    }

    func write(_ events: [TurnEvent], of turn: TurnID) throws {
        points.before("a write of the spool")
        try spool.write(events, of: turn)
        let text = events.reduce(into: "") { text, event in if case .delta(let delta) = event { text += delta } }
        points.afterSpooling("a write of the spool", text, of: turn)
    }

    func release(_ turn: TurnID) {
        points.before("a release of the spool")
        spool.release(turn)
        points.afterSpooling("a release of the spool", "", of: turn)
    }

    func recovered() -> [TurnID: [TurnEvent]] { spool.recovered() }
}
