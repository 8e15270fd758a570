import Foundation

/// Test material that lies beside the checkout; tests that need it are left out where it is not.
package enum SharedData {
    private static let root = (1...4).reduce(URL(fileURLWithPath: #filePath)) { folder, _ in folder.deletingLastPathComponent() }
        .appendingPathComponent("shared/data")

    package static func isHere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path) }

    package static func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: root.appendingPathComponent(path))) }

    package static func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

    /// The files of a folder whose names begin like this; none where the folder is not here.
    package static func names(in folder: String, prefix: String) -> [String] {
        // reason: tests are given no cases where the material is missing
        let names = try? FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path)
        return (names ?? []).filter { $0.hasPrefix(prefix) }.sorted()
    }

    /// The files below a folder; none where it is not here.
    package static func files(below folder: String) -> [String] {
        let paths = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)?.compactMap { $0 as? String } ?? []
        return paths.map { "\(folder)/\($0)" }.sorted()
    }
}
