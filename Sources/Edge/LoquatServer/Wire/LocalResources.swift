import Conversation
import TimeOrdered

/// What checks of the store found.
struct VerificationResource: Encodable {
    struct Problem: Encodable {
        let sessionID: UUIDv7?
        let seq: Int?
        let reason: String

        init(_ problem: VerificationReport.Problem) {
            sessionID = problem.session
            seq = problem.seq
            reason = problem.reason
        }
    }

    let valid: Bool
    let sessions: Int
    let events: Int
    let checkpoints: Int
    let problems: [Problem]

    init(_ report: VerificationReport) {
        valid = report.problems.isEmpty
        sessions = report.sessions
        events = report.events
        checkpoints = report.checkpoints
        problems = report.problems.map(Problem.init)
    }
}

struct RebuildResource: Encodable {
    let sessions: Int
    let turns: Int
    let differing: [UUIDv7]
    let damaged: [VerificationResource.Problem]

    init(_ report: RebuildReport) {
        sessions = report.sessions
        turns = report.turns
        differing = report.differing
        damaged = report.damaged.map(VerificationResource.Problem.init)
    }
}

/// A part of a backup that was copied.
struct PartResource: Encodable {
    let type = "progress"
    let part: String
    let files: Int
    let bytes: Int

    init(_ part: BackupPart) {
        self.part = part.name
        files = part.files
        bytes = part.bytes
    }
}

struct BackupResource: Encodable {
    let type = "done"
    let folder: String
    let createdAt: Timestamp
    let files: Int
    let bytes: Int
    let documents: Int
    let missingUploads: Int
    let verification: VerificationResource

    init(_ report: BackupReport) {
        folder = report.folder
        createdAt = report.createdAt
        files = report.parts.reduce(0) { $0 + $1.files }
        bytes = report.parts.reduce(0) { $0 + $1.bytes }
        documents = report.documents
        missingUploads = report.missingUploads
        verification = VerificationResource(report.verification)
    }
}
