import Conversation
import Foundation
import GRDB
import JSON
import TimeOrdered

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Writes one backup, part by part. The order makes what is copied at different moments fit together:
///
/// 1. `words.index` and `vectors`, which are only ever behind the library that is copied after them. A start indexes and embeds what they
///    lack and drops what the library does not name. Were they ahead of it, a document that comes after a restore could be given keys that
///    another one's vectors are filed under. Without them a start would embed every document anew, which takes a big library minutes.
/// 2. `spool`, the text of running turns, right before the log: a turn that ends in between is whole in the log, and what the spool has of
///    it is dropped at start. The other way round, its text would be gone from the spool and not yet be in the log.
/// 3. `loquat.db`, then `library.db`: a session's collection is there, since it was made before the session.
/// 4. `uploads`, which the copied library names. They are copied, not linked: a changed byte would be changed in both.
struct BackupWriter: Sendable {
    let directory: DataDirectory
    let folder: String
    let productVersion: String
    let createdAt: Timestamp
    let stop: BackupStop
    let progress: @Sendable (BackupPart) -> Void

    private typealias Name = DataDirectory.Name

    /// Where it is written until it is whole.
    private var partial: String { folder + ".partial" }

    /// What is copied so far.
    private struct Copied {
        var files: [BackupManifest.File] = []
        var parts: [BackupPart] = []
        var missingUploads = 0
    }

    /// - Throws: `BackupError`, `CancellationError`; nothing is left then.
    func run() throws -> BackupReport {
        do {
            try makePartial()
            do {
                return try fill()
            } catch {
                try? FileManager.default.removeItem(atPath: partial)  // reason: what went wrong before is what there is to say
                throw error
            }
        } catch {
            throw told(error)
        }
    }

    private func makePartial() throws {
        try checkPlace()
        guard try DurableFile.isFree(folder) else {
            throw BackupError.unusable(path: folder, reason: "there is something already. Name a folder that is not there yet, or empty")
        }
        var status = stat()
        guard lstat(partial, &status) != 0 else {
            throw BackupError.unusable(path: folder, reason: "\(partial) is left from a backup that broke off. Remove it")
        }
        try DurableFile.makeFolder(partial)
    }

    private func checkPlace() throws {
        guard folder.hasPrefix("/"), folder != "/", !folder.hasSuffix("/"), !folder.unicodeScalars.contains("\0") else {
            throw BackupError.unusable(path: folder, reason: "it must be a folder's absolute path")
        }
        // A link may lead there too.
        let own = URL(fileURLWithPath: directory.path).resolvingSymlinksInPath().path
        let parent = URL(fileURLWithPath: folder).deletingLastPathComponent().resolvingSymlinksInPath().path
        guard parent != own, !parent.hasPrefix(own + "/") else {
            throw BackupError.unusable(path: folder, reason: "it lies in the data directory, and would be lost with it")
        }
    }

    private func fill() throws -> BackupReport {
        var copied = Copied()
        try copyDerived(&copied)
        try copySpool(&copied)
        try copyDatabase(Name.log, from: directory.logFile)
        try copyDatabase(Name.library, from: directory.libraryFile)
        let check = try BackupCheck(folder: partial)
        for name in [Name.log, Name.library] { try seal(name, &copied) }
        try copyUploads(check.uploads, &copied)
        let manifest = BackupManifest(
            format: BackupManifest.currentFormat, productVersion: productVersion, createdAt: createdAt, counts: check.counts,
            missingUploads: copied.missingUploads, problems: check.verification.problems.count, leftOut: BackupManifest.leftOut,
            files: copied.files)
        try DurableFile.make("\(partial)/\(BackupManifest.name)", holding: try encodeJSON(manifest))
        for name in BackupManifest.folders { try DurableFile.syncFolder("\(partial)/\(name)") }
        try DurableFile.syncFolder(partial)
        try stop.check()
        try DurableFile.moveFolder(partial, to: folder)
        return BackupReport(
            folder: folder, createdAt: createdAt, parts: copied.parts, documents: check.counts.documents,
            missingUploads: copied.missingUploads, verification: check.verification)
    }

    // MARK: Parts

    private func copyDerived(_ copied: inout Copied) throws {
        try copyFiles([""], named: Name.words, from: directory.words, &copied)
        // A compaction writes a file beside another and puts it in its place: it is of no use before.
        let files = try names(in: directory.vectors).filter { $0.hasSuffix(".vectors") || $0.hasSuffix(".json") }
        try copyFolder(Name.vectors, from: directory.vectors, files, &copied)
    }

    private func copySpool(_ copied: inout Copied) throws {
        try copyFolder(Name.spool, from: directory.spool, try names(in: directory.spool).filter { Int($0) != nil }, &copied)
    }

    private func copyUploads(_ uploads: [String], _ copied: inout Copied) throws {
        let count = try copyFolder(Name.uploads, from: directory.uploads, uploads, &copied)
        copied.missingUploads = uploads.count - count
    }

    @discardableResult
    private func copyFolder(_ name: String, from source: String, _ files: [String], _ copied: inout Copied) throws -> Int {
        try DurableFile.makeFolder("\(partial)/\(name)")
        return try copyFiles(files.map { "/\($0)" }, named: name, from: source, &copied)
    }

    /// Files that went meanwhile are left out.
    /// - Parameter paths: what follows the part's name, and the source, in each file's path.
    /// - Returns: how many there are.
    @discardableResult
    private func copyFiles(_ paths: [String], named name: String, from source: String, _ copied: inout Copied) throws -> Int {
        var (count, bytes) = (0, 0)
        for path in paths {
            try stop.check()
            guard BackupManifest.isName(name + path) else { throw BackupError.failed(path: source + path, reason: "no file there has such a name") }
            do {
                let contents = try DurableFile.copy(source + path, to: "\(partial)/\(name)\(path)")
                copied.files.append(.init(path: name + path, size: contents.size, sha256: contents.sha256))
                count += 1
                bytes += contents.size
            } catch let failure as FileFailure where failure.isMissing && failure.path == source + path {}
        }
        if count > 0 { tell(BackupPart(name: name, files: count, bytes: bytes), &copied) }
        return count
    }

    /// What lies there under names that this program gives; others' files are theirs.
    private func names(in folder: String) throws -> [String] {
        var status = stat()
        // Nothing was ever put in.
        if lstat(folder, &status) != 0, errno == ENOENT { return [] }
        // reason: a backup that lacks what cannot be listed would be none; the failure names the folder
        guard let found = try? FileManager.default.contentsOfDirectory(atPath: folder) else { throw FileFailure(path: folder, code: EACCES) }
        return found.filter { BackupManifest.isPlain($0) }.sorted()
    }

    /// One snapshot, read by a connection of its own: the writer goes on, and so do the readers. What is written meanwhile stays in the
    /// write-ahead log until it is done. What was deleted is not in it.
    private func copyDatabase(_ name: String, from source: String) throws {
        try stop.check()
        let path = "\(partial)/\(name)"
        // Made before, for its owner alone: SQLite takes an empty file for a new one.
        try DurableFile.makeEmpty(path)
        let database = try BackupCheck.reader(of: source)
        try stop.reading(database) {
            try database.inDatabase { try $0.execute(sql: "VACUUM INTO ?", arguments: [path]) }
        }
        try database.close()
    }

    private func seal(_ name: String, _ copied: inout Copied) throws {
        try stop.check()
        let contents = try DurableFile.seal("\(partial)/\(name)")
        copied.files.append(.init(path: name, size: contents.size, sha256: contents.sha256))
        tell(BackupPart(name: name, files: 1, bytes: contents.size), &copied)
    }

    private func tell(_ part: BackupPart, _ copied: inout Copied) {
        copied.parts.append(part)
        progress(part)
    }

    // MARK: Failures

    private func told(_ error: any Error) -> any Error {
        switch error {
        case is BackupError, is CancellationError: error
        case let failure as FileFailure where failure.hasNoRoom: BackupError.full(path: folder)
        case let failure as FileFailure where failure.path == partial: BackupError.unusable(path: folder, reason: failure.reason)
        case let failure as FileFailure: BackupError.failed(path: failure.path, reason: failure.reason)
        case let failure as DatabaseError where failure.resultCode == .SQLITE_FULL: BackupError.full(path: folder)
        case let failure where failure.isDamage: BackupError.failed(path: folder, reason: "a database of the data directory is damaged")
        default: BackupError.failed(path: folder, reason: "\(error)")
        }
    }
}
