import CArchive
import Testing

/// Zip archives for tests.
enum ArchiveMaking {
    /// - Parameters:
    ///   - isStored: as EPUB and OpenDocument want it of their first entry.
    ///   - password: encrypts each entry.
    static func zip(_ files: [(name: String, bytes: [UInt8])], isStored: Bool = false, password: String? = nil) throws -> [UInt8] {
        var room = [UInt8](repeating: 0, count: files.reduce(64 << 10) { $0 + $1.bytes.count + 2 * $1.name.utf8.count + 1024 })
        var used = 0
        let archive = try #require(archive_write_new())
        defer { archive_write_free(archive) }
        archive_write_set_format_zip(archive)
        archive_write_set_bytes_per_block(archive, 0)
        if isStored { archive_write_zip_set_compression_store(archive) }
        if let password {
            try #require(archive_write_set_options(archive, "zip:encryption=traditional") == ARCHIVE_OK)
            archive_write_set_passphrase(archive, password)
        }
        try room.withUnsafeMutableBytes { memory in
            try #require(archive_write_open_memory(archive, memory.baseAddress, memory.count, &used) == ARCHIVE_OK)
            for file in files {
                let entry = try #require(archive_entry_new())
                defer { archive_entry_free(entry) }
                archive_entry_set_pathname(entry, file.name)
                archive_entry_set_size(entry, Int64(file.bytes.count))
                archive_entry_set_filetype(entry, 0o100000)
                archive_entry_set_perm(entry, 0o644)
                try #require(archive_write_header(archive, entry) == ARCHIVE_OK)
                let written = file.bytes.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
                try #require(written == file.bytes.count)
            }
            try #require(archive_write_close(archive) == ARCHIVE_OK)
        }
        return Array(room[..<used])
    }

    static func zip(_ files: [(String, String)]) throws -> [UInt8] { try zip(files.map { (name: $0.0, bytes: Array($0.1.utf8)) }) }
}
