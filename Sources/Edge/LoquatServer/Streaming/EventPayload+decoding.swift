package import Conversation
import NIOPosix

extension EventPayload {
    /// Bytes from which on parsing takes long enough to hold up an event loop.
    private static let longPayloads = 128 << 10

    /// Those of some events by their `seq`; where they are long, parsed on a thread of their own.
    package static func decoded(_ events: [LogEvent]) async throws -> [Int: EventPayload] {
        guard events.reduce(0, { $0 + $1.payload.count }) >= longPayloads else { return try parsed(events) }
        return try await NIOThreadPool.singleton.runIfActive { try parsed(events) }
    }

    private static func parsed(_ events: [LogEvent]) throws -> [Int: EventPayload] {
        var payloads: [Int: EventPayload] = [:]
        for event in events { payloads[event.seq] = try event.decodedPayload() }
        return payloads
    }
}
