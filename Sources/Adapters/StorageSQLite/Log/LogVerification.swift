import Conversation
import Crypto
import Foundation
import GRDB
import JSON
import TimeOrdered

/// A session's last event, as a checkpoint holds it.
struct CheckpointHead: Codable {
    let session: UUIDv7
    let seq: Int
    let hash: String
    /// The session was deleted after this event.
    let deleted: Bool
}

/// Checks the hash chains and checkpoints of a log's file, whatever stands in it: names what was changed, and only that.
struct LogVerification {
    /// Problems that are listed; a file with more is no log any more.
    private static let problemLimit = 10_000

    private struct Place: Hashable {
        let session: UUIDv7
        let seq: Int
    }

    private let database: Database
    private var report = VerificationReport()
    /// The last head of each session that a checkpoint names while the session was there, and that no event was found for yet.
    private var heads: [UUIDv7: CheckpointHead] = [:]
    private var deleted: DeletedSessions
    /// Each event is named once, however many things are wrong with it.
    private var named: Set<Place> = []

    private init(_ database: Database) throws {
        self.database = database
        deleted = try DeletedSessions(database)
    }

    static func report(on database: Database) throws -> VerificationReport {
        var verification = try LogVerification(database)
        try verification.readCheckpoints()
        try verification.readEvents()
        verification.findLostHeads()
        return verification.report
    }

    /// What a checkpoint's hash is over.
    static func hash(number: Int, previous: [UInt8], createdAt: Timestamp, heads: [UInt8]) -> [UInt8] {
        var input: [UInt8] = []
        input.append(bigEndian: UInt64(bitPattern: Int64(number)))
        input.append(bigEndian: UInt64(bitPattern: createdAt.milliseconds))
        return Array(SHA256.hash(data: previous + input + heads))
    }

    private mutating func add(_ session: UUIDv7?, _ seq: Int?, _ reason: String) {
        if let session, let seq, named.count < Self.problemLimit, !named.insert(Place(session: session, seq: seq)).inserted { return }
        if report.problems.count < Self.problemLimit {
            report.problems.append(.init(session: session, seq: seq, reason: reason))
        } else if report.problems.count == Self.problemLimit {
            report.problems.append(.init(session: nil, seq: nil, reason: "there are more problems than \(Self.problemLimit)"))
        }
    }

    // MARK: Checkpoints

    private mutating func readCheckpoints() throws {
        var previous: [UInt8] = []
        let rows = try Row.fetchCursor(database, sql: "SELECT number, created_at, heads, hash FROM checkpoints ORDER BY number")
        while let row = try rows.next() {
            report.checkpoints += 1
            let checkpoint = StoredCheckpoint(row: row)
            let number = checkpoint.number ?? report.checkpoints
            let found = checkpoint.heads.flatMap { try? decodeJSON([CheckpointHead].self, from: $0) }  // reason: reported just below
            if checkpoint.hash == nil || checkpoint.hash != checkpoint.hash(after: previous) || number != report.checkpoints || found == nil {
                add(nil, nil, "checkpoint \(number) was changed, or one before it is missing")
            }
            for head in found ?? [] {
                if head.deleted { deleted.take(head, checkpointedAt: checkpoint.createdAt) } else { heads[head.session] = head }
            }
            previous = checkpoint.hash ?? []
        }
    }

    // MARK: Events

    private mutating func readEvents() throws {
        var chain: SessionChain?
        let rows = try Row.fetchCursor(database, sql: "SELECT \(StoredEvent.columns) FROM events ORDER BY session, seq")
        while let row = try rows.next() {
            report.events += 1
            let event = StoredEvent(row: row)
            guard let session = event.session else {
                add(nil, event.seq, "the event is of no session")
                continue
            }
            if chain?.session != session {
                chain = SessionChain(session: session)
                report.sessions += 1
                if deleted.refute(session) { add(session, nil, "the session is said to be deleted, but its events are there") }
            }
            if let finding = chain?.next(event) {
                tell(finding, of: event, in: session)
                deleted.take(event, isWhole: finding == .whole)
            }
            compareWithHead(event, of: session)
        }
    }

    private mutating func tell(_ finding: SessionChain.Finding, of event: StoredEvent, in session: UUIDv7) {
        switch finding {
        case .whole: break
        case .changed: add(session, event.seq, "the event was changed")
        case .misplaced: add(session, event.seq, "no event can have this number")
        case .follows(let missing):
            let others = missing.lowerBound + 1 == missing.upperBound ? "" : ", and with it all up to \(missing.upperBound - 1)"
            add(session, missing.lowerBound, "the event is missing\(others)")
        }
    }

    private mutating func compareWithHead(_ event: StoredEvent, of session: UUIDv7) {
        guard let head = heads[session], head.seq == event.seq else { return }
        heads[session] = nil
        if head.hash != event.hash?.hex { add(session, head.seq, "a checkpoint holds another event here") }
    }

    private mutating func findLostHeads() {
        for head in heads.values.sorted(by: { $0.session < $1.session }) {
            if let objection = deleted.objection(to: head) { add(head.session, head.seq, objection) }
        }
    }
}
