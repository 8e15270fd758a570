package import TimeOrdered

/// Copies everything that the store holds while it is in use.
package protocol StoreBackup: Sendable {
    /// Writes a backup as a folder that is not there yet, or empty; it appears whole or not at all. Ended with its task.
    /// - Parameters:
    ///   - folder: an absolute path.
    ///   - progress: told each part once it is copied, on any thread.
    /// - Throws: `BackupError`; `CancellationError` where the task was cancelled.
    func write(to folder: String, progress: @escaping @Sendable (BackupPart) -> Void) async throws -> BackupReport
}

/// One part of a backup, as it lies in its folder.
package struct BackupPart: Sendable, Hashable {
    /// Such as `loquat.db` or `uploads`.
    package let name: String
    package let files: Int
    package let bytes: Int

    package init(name: String, files: Int, bytes: Int) {
        self.name = name
        self.files = files
        self.bytes = bytes
    }
}

/// What a backup holds.
package struct BackupReport: Sendable, Hashable {
    package let folder: String
    package let createdAt: Timestamp
    package let parts: [BackupPart]
    package let documents: Int
    /// Files of documents that were deleted, or replaced, while the backup was made: their texts are in it.
    package let missingUploads: Int
    /// Of the copied log.
    package let verification: VerificationReport

    package init(
        folder: String, createdAt: Timestamp, parts: [BackupPart], documents: Int, missingUploads: Int, verification: VerificationReport
    ) {
        self.folder = folder
        self.createdAt = createdAt
        self.parts = parts
        self.documents = documents
        self.missingUploads = missingUploads
        self.verification = verification
    }
}

/// Why there is no backup.
package enum BackupError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The folder cannot take a backup.
    case unusable(path: String, reason: String)
    /// There is no room for it.
    case full(path: String)
    /// One at a time: two would only take each other's disk.
    case alreadyRunning
    /// Something could not be read or written.
    case failed(path: String, reason: String)

    /// Stable, snake_case.
    package var code: String {
        switch self {
        case .unusable: "folder_unusable"
        case .full: "no_room"
        case .alreadyRunning: "already_running"
        case .failed: "backup_failed"
        }
    }

    package var description: String {
        switch self {
        case .unusable(let path, let reason): "No backup can be written to \(path): \(reason)."
        case .full(let path): "There is no room for the backup at \(path). Nothing of it was kept."
        case .alreadyRunning: "Another backup is being made. Try again when it is done."
        case .failed(let path, let reason): "The backup failed at \(path): \(reason). Nothing of it was kept."
        }
    }
}
