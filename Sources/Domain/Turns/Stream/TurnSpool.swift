package import Conversation

/// Where the text of running turns is kept between being shown and being in the log. What `write` took survives the process; it is
/// synced to disk several times a second.
package protocol TurnSpool: Sendable {
    /// - Throws: `LogError.full` where there is no room, `LogError.unavailable`.
    func write(_ events: [TurnEvent], of turn: TurnID) throws
    /// The turn is in the log: its events may go.
    func release(_ turn: TurnID)
    /// What an earlier process left behind, in order.
    func recovered() -> [TurnID: [TurnEvent]]
}
