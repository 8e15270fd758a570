import Foundation

/// Test material that lies beside the checkout; tests that need it are left out where it is not.
enum SharedData {
    private static let root = (1...5).reduce(URL(fileURLWithPath: #filePath)) { folder, _ in folder.deletingLastPathComponent() }
        .appendingPathComponent("shared/data")

    static func isHere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path) }

    static func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: root.appendingPathComponent(path))) }

    /// The files of a folder whose names begin like this; none where the folder is not here.
    static func names(in folder: String, prefix: String) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path)
        return (names ?? []).filter { $0.hasPrefix(prefix) }.sorted()
    }
}
