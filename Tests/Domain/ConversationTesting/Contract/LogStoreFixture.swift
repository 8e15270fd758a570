package import Conversation
package import TimeOrdered

/// What the contract needs of a store under test. One fixture is one store's data, empty at first.
package protocol LogStoreFixture: Sendable {
    /// Opens the store; after `close`, with the data that it had.
    func open(clock: WallClock) async throws -> any LogStore
    func close(_ store: any LogStore) async throws

    // MARK: Damage, done while the store is closed

    /// Puts other events, or none, in the place of a session's log.
    func replaceLog(of session: SessionID, with events: [LogEvent]) async throws
    /// Puts other rows, or none, in the place of a session's views.
    /// - Parameter usage: nil leaves that as it is.
    func replaceViews(of session: SessionID, with row: SessionRow?, turns: [TurnRow], usage: [UsageRow]?) async throws
    func removeCheckpoint(_ number: Int) async throws
}

extension LogStoreFixture {
    func replaceViews(of session: SessionID, with row: SessionRow?, turns: [TurnRow]) async throws {
        try await replaceViews(of: session, with: row, turns: turns, usage: nil)
    }
}
