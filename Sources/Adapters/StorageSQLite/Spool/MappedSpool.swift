package import Conversation
import Foundation
import JSON
package import Logging
import ServiceLifecycle
import Synchronization
import TimeOrdered
package import Turns

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The text of running turns in memory-mapped files. Writing is copying into a page that belongs to the operating system: it costs no
/// call, and survives the process. A service syncs the pages to disk several times a second.
///
/// A file is a row of records, each `length (4) · checksum (4) · turn (16) · kind (1) · payload`; the room after the last one is zero.
package final class MappedSpool: TurnSpool, Service {
    /// Bytes of one file; a new one is begun when it is full.
    private static let segmentSize = 8 << 20
    /// A power cut costs at most the text of this long.
    private static let syncInterval: Duration = .milliseconds(200)

    private struct State {
        var segments: [SpoolSegment] = []
        /// The segments, by number, that hold text of a turn which is not in the log.
        var segmentsOfTurn: [TurnID: Set<Int>] = [:]
        var nextNumber = 1
    }

    private let folder: String
    private let logger: Logger
    private let state: Mutex<State>
    private let found: [TurnID: [TurnEvent]]

    /// Reads what an earlier process left, and begins a new file.
    package init(_ directory: DataDirectory, logger: Logger) throws {
        folder = directory.spool
        self.logger = logger
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var state = State()
        var found: [TurnID: [TurnEvent]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
            guard let number = Int(name) else { continue }
            let segment = try SpoolSegment(existing: "\(folder)/\(name)", number: number)
            for record in segment.records() {
                found[record.turn, default: []].append(record.event)
                state.segmentsOfTurn[record.turn, default: []].insert(number)
            }
            segment.isFull = true
            state.segments.append(segment)
            state.nextNumber = number + 1
        }
        self.found = found
        self.state = Mutex(state)
    }

    package func recovered() -> [TurnID: [TurnEvent]] { found }

    package func write(_ events: [TurnEvent], of turn: TurnID) throws {
        try state.withLock { state in
            for event in events {
                guard let record = SpoolRecord(turn: turn, event: event) else { continue }
                let segment = try segment(for: record.size, &state)
                segment.append(record)
                state.segmentsOfTurn[turn, default: []].insert(segment.number)
            }
        }
    }

    package func release(_ turn: TurnID) {
        let finished = state.withLock { state -> [SpoolSegment] in
            guard state.segmentsOfTurn.removeValue(forKey: turn) != nil else { return [] }
            // What is in the log, or deleted from it, is not kept here as well.
            if state.segmentsOfTurn.isEmpty, let current = state.segments.last, !current.isFull { current.empty() }
            guard state.segments.contains(where: \.isFull) else { return [] }
            let live = state.segmentsOfTurn.values.reduce(into: Set<Int>()) { $0.formUnion($1) }
            let finished = state.segments.filter { $0.isFull && !live.contains($0.number) }
            state.segments.removeAll { segment in finished.contains { $0 === segment } }
            return finished
        }
        for segment in finished { segment.remove() }
    }

    private func segment(for size: Int, _ state: inout State) throws -> SpoolSegment {
        if let current = state.segments.last, !current.isFull, current.hasRoom(for: size) { return current }
        state.segments.last?.isFull = true
        let number = state.nextNumber
        let name = String(repeating: "0", count: max(0, 12 - String(number).count)) + String(number)
        let segment = try SpoolSegment(new: "\(folder)/\(name)", number: number, size: max(Self.segmentSize, size + SpoolSegment.slack))
        state.nextNumber += 1
        state.segments.append(segment)
        return segment
    }

    // MARK: Service

    package func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            // reason: the interval is the promise itself: what a power cut may cost
            do { try await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.syncInterval) } } catch { break }
            await syncAll()
        }
        await syncAll()
    }

    /// On a thread of its own: a sync takes as long as the disk takes.
    private func syncAll() async {
        let dirty = state.withLock { state in state.segments.filter { $0.takeDirty() } }
        guard !dirty.isEmpty else { return }
        await withCheckedContinuation { continuation in
            DispatchQueue.global(qos: .utility).async {
                for segment in dirty where !segment.sync() { self.logger.error("the spool could not be synced") }
                continuation.resume()
            }
        }
    }
}
