import Hummingbird
import NIOCore
import ServerSentEvents

/// Events that are written together, so that each costs a watcher no write of its own.
struct GatheredEvents {
    /// Bytes that wait at the most, but for the last event; what a slow watcher holds.
    private static let limit = 64 << 10

    /// What waits to be written.
    var output = Self.empty
    private var body: any ResponseBodyWriter

    init(_ body: any ResponseBodyWriter) { self.body = body }

    private static var empty: EventStreamWriter { EventStreamWriter(reserving: 1024) }

    mutating func flush() async throws {
        guard !output.bytes.isEmpty else { return }
        let bytes = ByteBuffer(bytes: output.bytes)
        output = Self.empty
        try await body.write(bytes)
    }

    mutating func flushIfFull() async throws { if output.bytes.count >= Self.limit { try await flush() } }

    mutating func finish() async throws {
        try await flush()
        try await body.finish(nil)
    }
}
