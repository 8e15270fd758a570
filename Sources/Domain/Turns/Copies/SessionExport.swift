package import Conversation

/// Gives a session away as JSON Lines, a part at a time.
package struct SessionExport: Sendable {
    private static let batch = 500

    private let log: any LogStore

    package init(log: any LogStore) { self.log = log }

    /// - Parameter write: takes the lines as they come.
    package func write(_ session: SessionID, to write: ([UInt8]) async throws -> Void) async throws {
        var seal = ExportSeal()
        let head = ExportFormat.head(of: session)
        seal.add(head)
        try await write(head)
        var last = 0
        while true {
            let events = try await log.events(of: session, after: last, limit: Self.batch)
            var lines: [UInt8] = []
            for event in events { lines += try ExportFormat.line(event) }
            seal.add(lines)
            if !lines.isEmpty { try await write(lines) }
            last = events.last?.seq ?? last
            guard events.count == Self.batch else { break }
        }
        try await write(ExportFormat.end(events: last, seal))
    }
}
