import TimeOrdered

/// What a backup says of itself: `manifest.json` in its folder, written last.
struct BackupManifest: Codable {
    static let name = "manifest.json"
    /// Raised when a backup of today could no longer be restored by what reads the next.
    static let currentFormat = 1

    /// Files that no backup holds, since a start makes them.
    static let leftOut = ["lock", "loquat.sock", "loquat.db-wal", "loquat.db-shm", "library.db-wal", "library.db-shm", "search.db", "models"]

    struct File: Codable, Hashable {
        /// From the backup's folder on.
        let path: String
        let size: Int
        let sha256: String
    }

    struct Counts: Codable, Hashable {
        let sessions: Int
        let events: Int
        let checkpoints: Int
        let documents: Int
    }

    let format: Int
    let productVersion: String
    let createdAt: Timestamp
    let counts: Counts
    /// Files of documents that went while the backup was made.
    let missingUploads: Int
    /// What the check of the copied log found; 0 where it is whole.
    let problems: Int
    let leftOut: [String]
    let files: [File]

    /// Names that a backup may have, and nothing else: what a manifest says is written to a data directory, so a path that leads
    /// elsewhere is no name. The parts of a folder have no folders.
    static func isName(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return [DataDirectory.Name.log, DataDirectory.Name.library, DataDirectory.Name.words].contains(path)
        case 2: return folders.contains(String(parts[0])) && isPlain(parts[1])
        default: return false
        }
    }

    static let folders = [DataDirectory.Name.uploads, DataDirectory.Name.spool, DataDirectory.Name.vectors]
    /// Without which there is nothing to start with.
    static let required = [DataDirectory.Name.log, DataDirectory.Name.library]
    private static let longestName = 200

    /// Letters, digits and `-_.`, with no `.` at the start.
    static func isPlain(_ name: some StringProtocol) -> Bool {
        guard (1...longestName).contains(name.utf8.count), name.utf8.first != UInt8(ascii: ".") else { return false }
        return name.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "-_.".utf8.contains($0)
        }
    }
}
