package import Conversation
import NIOPosix

/// Gives a session away as JSON Lines, a part at a time.
package struct SessionExport: Sendable {
    /// Bytes of payload in one part; an event that has more is one by itself.
    private static let partBytes = 256 << 10
    /// Events that are read at once, at first and at the most.
    private static let firstEvents = 32
    private static let mostEvents = 500
    /// Bytes of payload with which fewer are read the next time.
    private static let readBytes = 4 << 20

    /// Bytes of lines that wait for a session's end.
    private static let heldBytes = 8 << 20

    private let log: any LogStore

    package init(log: any LogStore) { self.log = log }

    /// - Parameters:
    ///   - head: the seq of the last event that is given away.
    ///   - write: takes the lines as they come.
    /// - Throws: `LogError.noSession` where the session is deleted meanwhile: what came before has no end then, and nobody takes it for whole.
    package func write(_ session: SessionID, to head: Int, _ write: ([UInt8]) async throws -> Void) async throws {
        var seal = ExportSeal()
        let beginning = ExportFormat.head(of: session)
        seal.add(beginning)
        try await write(beginning)
        var (last, limit) = (0, Self.firstEvents)
        while last < head {
            let wanted = min(limit, head - last)
            let events = try await log.events(of: session, after: last, limit: wanted)
            guard events.count == wanted else { throw LogError.noSession(session) }
            var rest = events[...]
            while !rest.isEmpty {
                let part = Self.part(of: rest)
                let before = seal
                // Some of them would hold up an event loop.
                let (lines, after) = try await NIOThreadPool.singleton.runIfActive { try Self.lines(of: part, before) }
                try await write(lines)
                seal = after
                rest = rest[part.endIndex...]
            }
            last += wanted
            let isShort = events.reduce(0) { $0 + $1.payload.count } < Self.readBytes
            limit = isShort ? min(Self.mostEvents, 2 * limit) : max(1, limit / 2)
        }
        try await write(ExportFormat.end(events: last, seal))
    }

    /// Nothing of a session that is deleted meanwhile, unless it has more than 8 MiB.
    /// - Throws: `LogError.noSession` where a longer one is deleted when some of it is written.
    package func writeIfWhole(_ session: SessionID, to head: Int, _ write: ([UInt8]) async throws -> Void) async throws {
        var (held, isHolding) = ([UInt8](), true)
        do {
            try await self.write(session, to: head) { lines in
                if isHolding {
                    held += lines
                    guard held.count > Self.heldBytes else { return }
                    isHolding = false
                    try await write(held)
                    held = []
                } else {
                    try await write(lines)
                }
            }
        } catch LogError.noSession where isHolding {
            return
        }
        if isHolding { try await write(held) }
    }

    private static func part(of events: ArraySlice<LogEvent>) -> ArraySlice<LogEvent> {
        var bytes = 0
        return events.prefix { event in
            defer { bytes += event.payload.count }
            return bytes == 0 || bytes + event.payload.count <= partBytes
        }
    }

    private static func lines(of events: ArraySlice<LogEvent>, _ before: ExportSeal) throws -> ([UInt8], ExportSeal) {
        var (lines, seal) = ([UInt8](), before)
        for event in events { lines += try ExportFormat.line(event) }
        seal.add(lines)
        return (lines, seal)
    }
}
