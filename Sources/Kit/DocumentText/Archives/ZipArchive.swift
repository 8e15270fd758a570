import CArchive

/// The files of a zip archive that a document is made of, held in memory. Names lead nowhere: nothing is written to a disk.
struct ZipArchive {
    /// Entries that an archive may have, whatever is read of them.
    private static let entryLimit = 20_000
    private static let pieceSize = 64 << 10

    private var files: [String: [UInt8]] = [:]
    private var left: Int
    private let format: DocumentFormat
    private let limit: Int

    /// - Parameters:
    ///   - limit: bytes that the entries which are wanted may have, counted as they are unpacked.
    ///   - isWanted: by the entry's name.
    /// - Throws: `broken_document`, `encrypted_document`, `too_large_unpacked`.
    init(_ bytes: [UInt8], format: DocumentFormat, limit: Int, wanting isWanted: (String) -> Bool) throws(DocumentError) {
        self.format = format
        self.limit = limit
        left = limit
        guard let archive = archive_read_new() else { throw .outOfMemory }
        defer { archive_read_free(archive) }
        // Only what the archive's own directory lists: a file that was cut short has none.
        archive_read_support_format_zip_seekable(archive)
        let result = bytes.withUnsafeBytes { memory in
            Result { () throws(DocumentError) in
                guard archive_read_open_memory(archive, memory.baseAddress, memory.count) == ARCHIVE_OK else {
                    throw .broken(format, "it has no directory, so it was cut short")
                }
                try readAll(archive, isWanted)
            }
        }
        try result.get()
    }

    private mutating func readAll(_ archive: OpaquePointer, _ isWanted: (String) -> Bool) throws(DocumentError) {
        for _ in 0..<Self.entryLimit {
            var entry: OpaquePointer?
            let status = archive_read_next_header(archive, &entry)
            if status == ARCHIVE_EOF { return }
            guard status == ARCHIVE_OK || status == ARCHIVE_WARN, let entry else { throw .broken(format, "its directory cannot be read") }
            guard let raw = archive_entry_pathname(entry) else { continue }
            let name = String(cString: raw)
            guard isWanted(name), files[name] == nil else { continue }
            if archive_entry_is_encrypted(entry) != 0 { throw .encrypted(format) }
            files[name] = try unpacked(archive)
        }
        throw .broken(format, "it has more than \(Self.entryLimit) entries")
    }

    private mutating func unpacked(_ archive: OpaquePointer) throws(DocumentError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let count = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.pieceSize) { piece in
                let count = archive_read_data(archive, piece.baseAddress, piece.count)
                if count > 0 { bytes.append(contentsOf: UnsafeBufferPointer(rebasing: piece[..<count])) }
                return count
            }
            guard count >= 0 else { throw .broken(format, "an entry is damaged") }
            left -= count
            guard left >= 0 else { throw .tooLargeUnpacked(limit) }
            if count == 0 { return bytes }
        }
    }

    /// Nil where there is none of that name; a leading slash makes no difference.
    subscript(name: String) -> [UInt8]? { files[name.hasPrefix("/") ? String(name.dropFirst()) : name] }

    /// - Throws: `broken_document` where it is not there.
    func part(_ name: String) throws(DocumentError) -> [UInt8] {
        guard let part = self[name] else { throw .broken(format, "its part \(name.prefix(80)) is missing") }
        return part
    }

    /// Where a reference leads that stands in a file of this name.
    static func resolve(_ reference: String, from base: String) -> String {
        if reference.hasPrefix("/") { return String(reference.dropFirst()) }
        var parts = base.split(separator: "/").dropLast().map(String.init)
        for part in reference.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }
}
