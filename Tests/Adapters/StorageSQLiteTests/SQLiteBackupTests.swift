import Access
import Conversation
import ConversationTesting
import Foundation
import GRDB
import JSON
import Logging
import Retrieval
import Synchronization
import Testing
import TimeOrdered

@testable import StorageSQLite

/// A backup holds everything, appears whole or not at all, and holds up nobody.
@Suite(.timeLimit(.minutes(1)))
struct SQLiteBackupTests {
    private func trial() async throws -> BackupTrial { try await BackupTrial() }

    @Test func everythingIsInIt() async throws {
        let trial = try await trial()
        let report = try await trial.write()
        #expect(report.verification.problems.isEmpty && report.missingUploads == 0 && report.documents == 2)
        #expect(report.folder == trial.target.path && report.createdAt == trial.clock.now)
        // The order is what makes the parts fit together.
        #expect(report.parts.map(\.name) == ["words.index", "vectors", "spool", "loquat.db", "library.db", "uploads"])
        #expect(report.parts.map(\.files) == [1, 2, 1, 1, 1, 2])
        let manifest = try trial.manifest()
        #expect(manifest["format"]?.int == 1 && manifest["product_version"]?.string == "0.0.1")
        #expect(manifest["created_at"]?.string == trial.clock.now.description)
        let events = 1 + 5 * BackupTrial.turns + 2
        let counts: JSONValue = ["sessions": 1, "events": .number(JSONNumber(events)), "checkpoints": 1, "documents": 2]
        #expect(manifest["counts"] == counts)
        #expect(manifest["left_out"]?.array?.contains("search.db") == true)
        let named = try #require(manifest["files"]?.array)
        #expect(Set(named.compactMap { $0["path"]?.string }).union(["manifest.json"]) == Set(trial.target.files()))
        for file in named {
            let path = try #require(file["path"]?.string)
            let found = try DurableFile.seal("\(trial.target.path)/\(path)")
            #expect(found.size == file["size"]?.int && found.sha256 == file["sha256"]?.string, "\(path)")
        }
        let (data, copy) = (try trial.picture(of: trial.data), try trial.picture(of: trial.target))
        for (name, bytes) in copy where !name.hasSuffix(".db") && name != "manifest.json" { #expect(data[name] == bytes, "\(name)") }
        #expect(copy["vectors/model-1f.vectors.new"] == nil && copy["search.db"] == nil && copy["lock"] == nil)
        #expect(!trial.exists(trial.target.path + ".partial"))
    }

    @Test func itIsForItsOwnerAlone() async throws {
        let trial = try await trial()
        _ = try await trial.write()
        let folders = ["", "/uploads", "/spool", "/vectors"].map { trial.target.path + $0 }
        for path in folders + trial.target.files().map({ "\(trial.target.path)/\($0)" }) {
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == (folders.contains(path) ? 0o700 : 0o600), "\(path)")
        }
    }

    @Test func whatWasDeletedIsNotInIt() async throws {
        let trial = try await trial()
        let record = AuditRecord(actorID: nil, actorCredential: nil, action: .sessionDeleted, targetKind: .session, targetID: trial.session)
        let title = "Loquats"
        _ = try await trial.write()
        #expect(try trial.target.holds(title))
        trial.spool.release(trial.running.id)
        #expect(try await trial.log.delete(session: trial.session, of: trial.library.alice.userID, recording: record))
        _ = try await trial.backup.write(to: trial.restored.path) { _ in }
        #expect(try !trial.restored.holds(title))
    }

    /// Appends, deletions and searches wait for no backup.
    @Test func everybodyGoesOnMeanwhile() async throws {
        let trial = try await trial()
        let pause = BackupPause(after: "library.db")
        async let report = trial.backup.write(to: trial.target.path) { pause.told($0) }
        await pause.reach()
        let more = SampleTurn(trial.library.ids)
        _ = try await trial.log.append(AppendBatch(sessionID: trial.session, drafts: trial.running.closing()))
        _ = try await trial.log.append(AppendBatch(sessionID: trial.session, drafts: more.whole))
        #expect(try await trial.log.checkpoint())
        #expect(!trial.exists(trial.target.path), "it is there once it is whole")
        pause.go()
        let made = try await report
        #expect(made.verification.events == 1 + 5 * BackupTrial.turns + 2, "the snapshot is of before")
        #expect(try await trial.log.verify().problems.isEmpty)
    }

    @Test func aDocumentThatGoesMeanwhileIsCounted() async throws {
        let trial = try await trial()
        let pause = BackupPause(after: "library.db")
        async let report = trial.backup.write(to: trial.target.path) { pause.told($0) }
        await pause.reach()
        let upload = try #require(trial.data.files().first { $0.hasPrefix("uploads/") })
        try FileManager.default.removeItem(atPath: "\(trial.data.path)/\(upload)")
        pause.go()
        let made = try await report
        #expect(made.missingUploads == 1 && made.documents == 2 && made.parts.last?.files == 1)
        #expect(try trial.manifest()["missing_uploads"]?.int == 1)
    }

    @Test func aFolderThatCannotBeListedIsNotTakenForAnEmptyOne() async throws {
        let trial = try await trial()
        let folder = trial.directory.vectors
        try FileManager.default.removeItem(atPath: folder)
        try Data("no folder".utf8).write(to: URL(fileURLWithPath: folder))
        await #expect(throws: BackupError.failed(path: folder, reason: "permission denied")) { _ = try await trial.write() }
        #expect(!trial.exists(trial.target.path))
        try FileManager.default.removeItem(atPath: folder)
        _ = try await trial.write()
    }

    @Test func oneAtATime() async throws {
        let trial = try await trial()
        let pause = BackupPause(after: "spool")
        async let first = trial.backup.write(to: trial.target.path) { pause.told($0) }
        await pause.reach()
        await #expect(throws: BackupError.alreadyRunning) { _ = try await trial.backup.write(to: trial.restored.path) { _ in } }
        pause.go()
        _ = try await first
        _ = try await trial.backup.write(to: trial.restored.path) { _ in }
    }

    @Test func whatNobodyWaitsForIsBrokenOff() async throws {
        let trial = try await trial()
        let pause = BackupPause(after: "spool")
        let work = Task { try await trial.backup.write(to: trial.target.path) { pause.told($0) } }
        await pause.reach()
        work.cancel()
        pause.go()
        await #expect(throws: CancellationError.self) { _ = try await work.value }
        #expect(!trial.exists(trial.target.path) && !trial.exists(trial.target.path + ".partial"))
        _ = try await trial.write()
    }

    // MARK: Refusals

    /// Nothing is left of a backup that failed.
    private func expectRefused(_ trial: BackupTrial, _ folder: String, _ words: String) async {
        let before = trial.data.files()
        let error = await #expect(throws: BackupError.self) { _ = try await trial.backup.write(to: folder) { _ in } }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        #expect(trial.data.files() == before)
    }

    @Test func aFolderThatIsNotFreeIsRefused() async throws {
        let trial = try await trial()
        _ = try await trial.write()
        let before = try trial.picture(of: trial.target)
        await expectRefused(trial, trial.target.path, "there is something already")
        #expect(try trial.picture(of: trial.target) == before)
        await expectRefused(trial, trial.target.path + "/manifest.json", "there is something already")
        await expectRefused(trial, trial.target.path + "/manifest.json/below", "not a directory")
        await expectRefused(trial, trial.restored.path + "/there/is/nothing", "no such file or directory")
        for path in ["relative", "", "/", trial.restored.path + "/"] { await expectRefused(trial, path, "absolute path") }
        for path in ["/backup", "/uploads/backup"] { await expectRefused(trial, trial.data.path + path, "lies in the data directory") }
        #expect(!trial.exists(trial.restored.path))
    }

    @Test func anEmptyFolderIsTaken() async throws {
        let trial = try await trial()
        try FileManager.default.createDirectory(atPath: trial.target.path, withIntermediateDirectories: true)
        _ = try await trial.write()
        #expect(trial.exists(trial.target.path + "/manifest.json"))
    }

    @Test func whatABrokenOneLeftIsNamedAndKept() async throws {
        let trial = try await trial()
        let left = trial.target.path + ".partial"
        try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: left) }  // reason: the system empties its temporary folder too
        await expectRefused(trial, trial.target.path, left)
        #expect(trial.exists(left) && !trial.exists(trial.target.path))
    }

    @Test func whatCannotBeReadIsNamed() async throws {
        let trial = try await trial()
        let upload = try #require(trial.data.files().first { $0.hasPrefix("uploads/") })
        let path = "\(trial.data.path)/\(upload)"
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        await expectRefused(trial, trial.target.path, path)
        #expect(!trial.exists(trial.target.path) && !trial.exists(trial.target.path + ".partial"))
    }

    @Test func aDamagedDatabaseIsNoBackup() async throws {
        let trial = try await trial()
        try await trial.documents.file.write { try $0.execute(sql: "DROP TABLE documents") }
        await expectRefused(trial, trial.target.path, "no such table")
        #expect(!trial.exists(trial.target.path) && !trial.exists(trial.target.path + ".partial"))
    }

    /// The copy is as good as what it is of, and says how good that is.
    @Test func aLogThatWasChangedIsCopiedAndToldOf() async throws {
        let trial = try await trial()
        try await trial.log.file.write { try $0.execute(sql: "UPDATE events SET payload = x'7b7d' WHERE seq = 4") }
        let report = try await trial.write()
        #expect(report.verification.problems.map(\.seq) == [4])
        #expect(try trial.manifest()["problems"]?.int == 1)
    }
}
