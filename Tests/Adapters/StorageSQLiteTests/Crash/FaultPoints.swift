import Conversation
import Foundation
import Synchronization
import Testing
import TimeOrdered

/// A data directory as it is left by a process that is killed at one moment.
struct FaultPoint: Sendable {
    let name: String
    let folder: String
    /// Writes that were done by then.
    let writes: Int
    /// The seq of the last event that each session had by then.
    let committed: [SessionID: Int]
    /// The text that the spool had been given by then.
    let spooled: [TurnID: String]
}

/// Copies a data directory before and after each write to it.
final class FaultPoints: Sendable {
    private struct State {
        var isCopying = false
        var points: [FaultPoint] = []
        var copies = 0
        var writes = 0
        var committed: [SessionID: Int] = [:]
        var spooled: [TurnID: String] = [:]
    }

    private let source: String
    private let target = TemporaryFolder()
    private let state = Mutex(State())

    /// - Parameter source: the data directory.
    init(_ source: String) { self.source = source }

    /// Begins to count, from what is there.
    func begin(_ picture: LogPicture, copying: Bool) {
        state.withLock { state in
            state.isCopying = copying
            state.points = []
            state.writes = 0
            state.committed = picture.sessions.mapValues { $0.events.count }
        }
    }

    /// The points since the beginning.
    func end() -> [FaultPoint] {
        state.withLock { state in
            state.isCopying = false
            return state.points
        }
    }

    /// The process is killed now.
    func now(_ name: String) throws -> FaultPoint { try state.withLock { state in try point(name, &state) } }

    // MARK: Writes

    func before(_ write: String) {
        state.withLock { state in
            guard state.isCopying else { return }
            add("before \(write)", &state)
        }
    }

    func afterCommit(_ write: String, _ events: [LogEvent]) {
        state.withLock { state in
            for event in events { state.committed[event.sessionID] = event.seq }
            state.writes += 1
            guard state.isCopying, let before = state.points.last else { return }
            add("after \(write)", &state)
            if let after = state.points.last { addTorn("within \(write)", before, after, &state) }
        }
    }

    func afterSpooling(_ write: String, _ text: String, of turn: TurnID) {
        state.withLock { state in
            state.spooled[turn, default: ""] += text
            state.writes += 1
            guard state.isCopying else { return }
            add("after \(write)", &state)
        }
    }

    // MARK: Copies

    private func point(_ name: String, _ state: inout State) throws -> FaultPoint {
        let folder = newFolder(&state)
        try DirectoryCopy.make(of: source, at: folder)
        return FaultPoint(name: name, folder: folder, writes: state.writes, committed: state.committed, spooled: state.spooled)
    }

    private func newFolder(_ state: inout State) -> String {
        state.copies += 1
        return "\(target.path)/\(state.copies)"
    }

    private func add(_ name: String, _ state: inout State) {
        do { state.points.append(try point(name, &state)) } catch { Issue.record(error, "\(name)") }
    }

    private func addTorn(_ name: String, _ before: FaultPoint, _ after: FaultPoint, _ state: inout State) {
        let folder = newFolder(&state)
        do {
            guard try DirectoryCopy.makeTorn(between: before.folder, and: after.folder, at: folder) else { return }
            state.points.append(
                FaultPoint(name: name, folder: folder, writes: before.writes, committed: before.committed, spooled: before.spooled))
        } catch {
            Issue.record(error, "\(name)")
        }
    }
}
