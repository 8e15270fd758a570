import Foundation

/// What a process leaves that is killed at this moment: its files as they are. What it wrote is with the operating system, and one writer
/// alone changes them, so between two of its writes they can be read one after the other.
enum DirectoryCopy {
    private static let database = "loquat.db"
    private static let writeAheadLog = "loquat.db-wal"
    private static let sharedMemory = "loquat.db-shm"
    private static let block = 1 << 16

    /// The lock is not copied: it goes with its process.
    static func make(of source: String, at target: String) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: "\(target)/spool", withIntermediateDirectories: true)
        for name in [database, writeAheadLog, sharedMemory] where files.fileExists(atPath: "\(source)/\(name)") {
            try files.copyItem(atPath: "\(source)/\(name)", toPath: "\(target)/\(name)")
        }
        for name in try files.contentsOfDirectory(atPath: "\(source)/spool") {
            try copySegment("\(source)/spool/\(name)", to: "\(target)/spool/\(name)")
        }
    }

    /// As a process leaves it that is killed within a commit: half of what that adds to the write-ahead log is there.
    /// - Returns: false where the commit did not just add to it.
    static func makeTorn(between before: String, and after: String, at target: String) throws -> Bool {
        let old = try Data(contentsOf: URL(fileURLWithPath: "\(before)/\(writeAheadLog)"))
        let new = try Data(contentsOf: URL(fileURLWithPath: "\(after)/\(writeAheadLog)"))
        guard new.count > old.count, new.prefix(old.count) == old else { return false }
        try make(of: before, at: target)
        try new.prefix(old.count + (new.count - old.count) / 2).write(to: URL(fileURLWithPath: "\(target)/\(writeAheadLog)"))
        return true
    }

    /// Most of a segment is zero, and needs no room.
    private static func copySegment(_ source: String, to target: String) throws {
        guard FileManager.default.createFile(atPath: target, contents: nil) else { throw CocoaError(.fileWriteUnknown) }
        let reader = try FileHandle(forReadingFrom: URL(fileURLWithPath: source))
        let writer = try FileHandle(forWritingTo: URL(fileURLWithPath: target))
        let zeros = Data(count: block)
        var offset: UInt64 = 0
        while let part = try reader.read(upToCount: block), !part.isEmpty {
            if part != zeros.prefix(part.count) {
                try writer.seek(toOffset: offset)
                try writer.write(contentsOf: part)
            }
            offset += UInt64(part.count)
        }
        try writer.truncate(atOffset: offset)
        try reader.close()
        try writer.close()
    }
}
