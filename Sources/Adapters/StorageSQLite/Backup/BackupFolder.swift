import Foundation
import JSON
package import TimeOrdered

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A backup as it lies on disk. It is only ever read: what its manifest says may have been written by anybody.
package struct BackupFolder: Sendable {
    /// Bytes of a manifest that is read; one of a million files has some 200 MB.
    private static let manifestLimit = 512 << 20

    private let path: String
    private let manifest: BackupManifest

    package var createdAt: Timestamp { manifest.createdAt }
    package var productVersion: String { manifest.productVersion }
    package var files: Int { manifest.files.count }
    package var bytes: Int { manifest.files.reduce(0) { $0 &+ $1.size } }
    /// What the check of the log found when the backup was made.
    package var problems: Int { manifest.problems }

    /// Reads what the backup says of itself.
    /// - Throws: `RestoreError`.
    package init(path: String) throws {
        self.path = path
        let value = try Self.manifest(in: path)
        guard let format = value["format"]?.int else { throw RestoreError.notABackup(path: path, reason: "its manifest has no format") }
        guard format <= BackupManifest.currentFormat else { throw RestoreError.newerFormat(path: path, format: format) }
        do { manifest = try decodeJSON(BackupManifest.self, from: value) } catch {
            throw RestoreError.notABackup(path: path, reason: "its manifest cannot be read: \(error)")
        }
        try checkNames()
    }

    private static func manifest(in path: String) throws -> JSONValue {
        let name = "\(path)/\(BackupManifest.name)"
        var status = stat()
        guard stat(name, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw RestoreError.notABackup(
                path: path, reason: "there is no \(BackupManifest.name) in it. A folder that ends in .partial is of a backup that broke off")
        }
        guard Int(status.st_size) <= manifestLimit else { throw RestoreError.notABackup(path: path, reason: "its manifest is too large") }
        guard let data = FileManager.default.contents(atPath: name) else {
            throw RestoreError.notABackup(path: path, reason: "its manifest cannot be opened")
        }
        do { return try JSONParser.parse(data) } catch {
            throw RestoreError.notABackup(path: path, reason: "its manifest was changed or cut off: it is \(error)")
        }
    }

    /// A file that is named may be read and is written: only names that a backup gives are followed, each once.
    private func checkNames() throws {
        var seen: Set<String> = []
        for file in manifest.files {
            guard BackupManifest.isName(file.path), file.size >= 0, seen.insert(file.path).inserted else {
                throw RestoreError.notABackup(path: path, reason: "its manifest names “\(file.path.prefix(200))”, which no backup holds, or twice")
            }
        }
        for name in BackupManifest.required where !seen.contains(name) {
            throw RestoreError.notABackup(path: path, reason: "its manifest does not name \(name)")
        }
    }

    // MARK: Restoring

    /// Copies the backup to where nothing is, checking each file on the way; the folder appears whole or not at all.
    /// - Throws: `RestoreError`.
    package func restore(to folder: String) throws {
        let partial = folder + ".partial"
        do {
            guard folder.hasPrefix("/"), folder != "/", !folder.hasSuffix("/"), try DurableFile.isFree(folder) else {
                throw RestoreError.taken(path: folder)
            }
            var status = stat()
            guard lstat(partial, &status) != 0 else { throw RestoreError.left(path: partial) }
            try DurableFile.makeFolder(partial)
            do {
                try fill(partial)
                try DurableFile.moveFolder(partial, to: folder)
            } catch {
                try? FileManager.default.removeItem(atPath: partial)  // reason: what went wrong before is what there is to say
                throw error
            }
        } catch let failure as FileFailure {
            throw failure.hasNoRoom ? RestoreError.full(path: folder) : RestoreError.failed(path: failure.path, reason: failure.reason)
        }
    }

    private func fill(_ partial: String) throws {
        for name in BackupManifest.folders { try DurableFile.makeFolder("\(partial)/\(name)") }
        for file in manifest.files { try copy(file, to: partial) }
        for name in BackupManifest.folders { try DurableFile.syncFolder("\(partial)/\(name)") }
        try DurableFile.syncFolder(partial)
    }

    private func copy(_ file: BackupManifest.File, to partial: String) throws {
        let source = "\(path)/\(file.path)"
        do {
            let found = try DurableFile.copy(source, to: "\(partial)/\(file.path)")
            if found.size < file.size {
                throw RestoreError.damaged(file: source, reason: "was cut off: \(found.size) of \(file.size) bytes are there")
            }
            guard found == DurableFile.Contents(size: file.size, sha256: file.sha256) else {
                throw RestoreError.damaged(file: source, reason: "was changed since the backup was made")
            }
        } catch let failure as FileFailure where failure.path == source {
            throw RestoreError.damaged(file: source, reason: failure.isMissing ? "is missing" : "cannot be read: \(failure.reason)")
        }
    }
}

/// Why a backup was not restored. Nothing was written then.
package enum RestoreError: Error, Sendable, Hashable, CustomStringConvertible {
    case notABackup(path: String, reason: String)
    case newerFormat(path: String, format: Int)
    case damaged(file: String, reason: String)
    /// Something is in the data directory.
    case taken(path: String)
    /// An earlier restore was killed.
    case left(path: String)
    case full(path: String)
    case failed(path: String, reason: String)

    package var description: String {
        switch self {
        case .notABackup(let path, let reason): "\(path) is no backup that can be restored: \(reason)."
        case .newerFormat(let path, let format):
            "The backup \(path) has format \(format), and this version reads \(BackupManifest.currentFormat). Restore it with the version that "
                + "made it."
        case .damaged(let file, let reason): "The backup's file \(file) \(reason). Nothing was restored. Take another backup."
        case .taken(let path): "There is something in \(path). A backup is restored to a data directory that is not there yet, or empty."
        case .left(let path): "\(path) is left from a restore that broke off. Remove it, and try again."
        case .full(let path): "There is no room for \(path). Nothing was restored."
        case .failed(let path, let reason): "\(path) could not be written: \(reason). Nothing was restored."
        }
    }
}
