import Foundation

/// The checkout that the tests stand in, as text.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    struct File: CustomStringConvertible {
        /// From the root, with slashes.
        let path: String
        let text: String

        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
        var description: String { path }
    }

    /// The files below a folder with one of these endings.
    static func files(in folder: String, endings: [String]) -> [File] {
        let base = root.appendingPathComponent(folder)
        guard let walk = FileManager.default.enumerator(atPath: base.path) else { return [] }
        var files: [File] = []
        for case let item as String in walk where endings.contains(where: item.hasSuffix) {
            guard let data = FileManager.default.contents(atPath: base.appendingPathComponent(item).path) else { continue }
            files.append(File(path: "\(folder)/\(item)", text: String(decoding: data, as: UTF8.self)))
        }
        return files.sorted { $0.path < $1.path }
    }

    static let sources = files(in: "Sources", endings: [".swift"])
    static let tests = files(in: "Tests", endings: [".swift"])
}
