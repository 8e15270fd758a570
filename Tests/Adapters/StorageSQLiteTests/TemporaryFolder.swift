import Foundation
import GRDB

@testable import StorageSQLite

/// A folder that goes with this object.
final class TemporaryFolder: Sendable {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("loquat-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: path) }  // reason: the system empties its temporary folder too

    /// The paths of the files in it, from the folder on.
    func files() -> [String] {
        (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []).filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder) && !isFolder.boolValue
        }.sorted()
    }

    /// Whether these bytes stand in any file, also in room that no table uses any more.
    func holds(_ text: String) throws -> Bool {
        try files().contains { try Data(contentsOf: URL(fileURLWithPath: "\(path)/\($0)")).firstRange(of: Data(text.utf8)) != nil }
    }
}

extension SQLiteFile {
    /// Lets the file grow to this many pages; with 0 it has no room but what it has.
    func limit(pages: Int) async throws {
        try await write { database in _ = try Int.fetchOne(database, sql: "PRAGMA max_page_count = \(max(1, pages))") }
    }
}
