import Conversation
import Foundation
import GRDB

/// Opens a backup's databases once they are copied: whether they are sound, whether the log is whole, and what there is.
struct BackupCheck {
    let verification: VerificationReport
    let counts: BackupManifest.Counts
    /// The files that the library's documents came as.
    let uploads: [String]

    /// - Throws: `BackupError.failed` where a copy is no sound database.
    init(folder: String) throws {
        verification = try Self.read("\(folder)/\(DataDirectory.Name.log)") { try LogVerification.report(on: $0) }
        uploads = try Self.read("\(folder)/\(DataDirectory.Name.library)") {
            try String.fetchAll($0, sql: "SELECT upload FROM documents ORDER BY key")
        }
        counts = BackupManifest.Counts(
            sessions: verification.sessions, events: verification.events, checkpoints: verification.checkpoints, documents: uploads.count)
    }

    /// A connection that writes nothing, and checkpoints nothing.
    static func reader(of path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        configuration.label = "backup"
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA mmap_size=0; PRAGMA cache_size=-4000") }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    private static func read<Value>(_ path: String, _ body: (Database) throws -> Value) throws -> Value {
        let database = try reader(of: path)
        let value = try database.inDatabase { database in
            let found = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)") ?? "nothing"
            guard found == "ok" else { throw BackupError.failed(path: path, reason: "the copy is no sound database: \(found)") }
            return try body(database)
        }
        try database.close()
        return value
    }
}
