import Conversation
import ConversationTesting
import Foundation
import GRDB
import JSON
import Logging
import Testing
import TimeOrdered
import Turns

@testable import StorageSQLite

/// What is restored is what was backed up, and nothing else is restored.
struct BackupFolderTests {
    private func backedUp() async throws -> BackupTrial {
        let trial = try await BackupTrial()
        _ = try await trial.write()
        return trial
    }

    @Test func whatIsRestoredIsWhatWas() async throws {
        let trial = try await backedUp()
        let before = try trial.picture(of: trial.target)
        let backup = try BackupFolder(path: trial.target.path)
        #expect(backup.files == 8 && backup.problems == 0 && backup.createdAt == trial.clock.now)
        try backup.restore(to: trial.restored.path)
        #expect(try trial.picture(of: trial.target) == before, "the backup is only read")
        var expected = before
        expected["manifest.json"] = nil
        #expect(try trial.picture(of: trial.restored) == expected)
        #expect(!trial.exists(trial.restored.path + ".partial"))

        let directory = try DataDirectory(path: trial.restored.path)
        let log = try SQLiteLogStore(directory)
        let events = try await trial.log.events(of: trial.session, after: 0, limit: 1_000)
        #expect(try await log.events(of: trial.session, after: 0, limit: 1_000) == events)
        #expect(try await log.verify().problems.isEmpty)
        #expect(try await log.rebuild(repair: false).differing.isEmpty)
        let documents = try SQLiteDocumentStore(directory, ids: trial.library.ids)
        let live = try await trial.documents.liveDocuments(after: 0, limit: 10)
        #expect(try await documents.liveDocuments(after: 0, limit: 10) == live && live.count == 2)
        try log.close()
        try documents.close()
    }

    /// What was being answered is closed as interrupted, with what was shown of it.
    @Test func aRunningTurnIsRestoredUpToWhatWasShown() async throws {
        let trial = try await backedUp()
        try BackupFolder(path: trial.target.path).restore(to: trial.restored.path)
        let directory = try DataDirectory(path: trial.restored.path)
        let (log, spool) = (try SQLiteLogStore(directory), try MappedSpool(directory, logger: Logger(label: "test")))
        #expect(try await TurnRecovery.run(log: log, spool: spool, logger: Logger(label: "test")) == 1)
        let last = try await log.events(of: trial.session, after: 0, limit: 1_000).suffix(2)
        guard case .assistantMessage(let message) = try #require(last.first).decodedPayload() else {
            Issue.record("the turn was not closed")
            return
        }
        #expect(message.content == "A fruit that is " && message.status == .interrupted)
        #expect(try await log.openTurns().isEmpty && spool.recovered().keys.contains(trial.running.id))
        #expect(try await log.verify().problems.isEmpty)
        try log.close()
    }

    @Test func aBackupOfWhatWasRestoredIsOneToo() async throws {
        let trial = try await backedUp()
        try BackupFolder(path: trial.target.path).restore(to: trial.restored.path)
        let directory = try DataDirectory(path: trial.restored.path)
        let again = TemporaryFolder()
        let report = try await SQLiteBackup(directory, productVersion: "0.0.1").write(to: again.path) { _ in }
        #expect(report.verification.problems.isEmpty && report.documents == 2)
    }

    // MARK: Damage

    private func expectRefused(_ trial: BackupTrial, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation) {
        let error = #expect(throws: RestoreError.self, sourceLocation: sourceLocation) {
            try BackupFolder(path: trial.target.path).restore(to: trial.restored.path)
        }
        for word in words { #expect(error?.description.contains(word) == true, "\(error?.description ?? "")", sourceLocation: sourceLocation) }
        #expect(!trial.exists(trial.restored.path) && !trial.exists(trial.restored.path + ".partial"), sourceLocation: sourceLocation)
    }

    @Test func aChangedByteOfAnyFileIsNamed() async throws {
        let trial = try await backedUp()
        for name in trial.target.files() where name != "manifest.json" {
            let path = "\(trial.target.path)/\(name)"
            let whole = try trial.contents(path)
            var changed = whole
            changed[changed.startIndex + whole.count / 2] ^= 1
            try changed.write(to: URL(fileURLWithPath: path))
            expectRefused(trial, path, "was changed")
            try whole.dropLast().write(to: URL(fileURLWithPath: path))
            expectRefused(trial, path, "was cut off")
            try (whole + Data([0])).write(to: URL(fileURLWithPath: path))
            expectRefused(trial, path, "was changed")
            try FileManager.default.removeItem(atPath: path)
            expectRefused(trial, path, "is missing")
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/etc/hosts")
            expectRefused(trial, path, "cannot be read")
            try FileManager.default.removeItem(atPath: path)
            try whole.write(to: URL(fileURLWithPath: path))
        }
        try BackupFolder(path: trial.target.path).restore(to: trial.restored.path)
    }

    private func change(_ trial: BackupTrial, _ old: String, _ new: String) throws {
        let path = URL(fileURLWithPath: "\(trial.target.path)/manifest.json")
        let text = try String(contentsOf: path, encoding: .utf8)
        #expect(text.contains(old))
        try text.replacing(old, with: new, maxReplacements: 1).write(to: path, atomically: false, encoding: .utf8)
    }

    @Test(arguments: [
        "../escaped", "/etc/passwd", "uploads/../../escaped", "uploads/", "uploads/a/b", "uploads/..", "uploads/.hidden", "./loquat.db", "lock",
        "loquat.db-wal", "models/x", "spool/a\\\\b", "spool/a\\u0000b", "", "manifest.json", "library.db",
    ])
    func aPathThatNoBackupHasIsRefused(_ name: String) async throws {
        let trial = try await backedUp()
        try change(trial, "\"words.index\"", "\"\(name)\"")
        expectRefused(trial, "its manifest names")
    }

    @Test func aManifestThatIsNotOneIsRefused() async throws {
        let trial = try await backedUp()
        let path = "\(trial.target.path)/manifest.json"
        let whole = try trial.contents(path)
        try change(trial, "\"format\":1", "\"format\":2")
        expectRefused(trial, "format 2", "with the version that made it")
        try whole.write(to: URL(fileURLWithPath: path))
        try change(trial, "\"library.db\"", "\"spool/9\"")
        expectRefused(trial, "does not name library.db")
        for bytes in [Data(), whole.dropLast(), Data("[]".utf8), Data("{\"format\":1}".utf8), Data("{\"format\":\"1\"}".utf8)] {
            try bytes.write(to: URL(fileURLWithPath: path))
            expectRefused(trial, trial.target.path, "no backup that can be restored")
        }
        try FileManager.default.removeItem(atPath: path)
        expectRefused(trial, "there is no manifest.json")
    }

    @Test func aDataDirectoryThatHoldsAnythingIsLeftAlone() async throws {
        let trial = try await backedUp()
        let before = try trial.picture(of: trial.data)
        for path in [trial.data.path, trial.data.path + "/lock", "relative", "/", trial.restored.path + "/"] {
            #expect(throws: RestoreError.taken(path: path)) { try BackupFolder(path: trial.target.path).restore(to: path) }
        }
        #expect(try trial.picture(of: trial.data).keys == before.keys)
        try FileManager.default.createDirectory(atPath: trial.restored.path, withIntermediateDirectories: true)
        try BackupFolder(path: trial.target.path).restore(to: trial.restored.path)
        #expect(trial.exists(trial.restored.path + "/loquat.db"))
    }

    @Test func whatABrokenRestoreLeftIsNamed() async throws {
        let trial = try await backedUp()
        let left = trial.restored.path + ".partial"
        try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: left) }  // reason: the system empties its temporary folder too
        #expect(throws: RestoreError.left(path: left)) { try BackupFolder(path: trial.target.path).restore(to: trial.restored.path) }
        #expect(trial.exists(left) && !trial.exists(trial.restored.path))
    }
}
