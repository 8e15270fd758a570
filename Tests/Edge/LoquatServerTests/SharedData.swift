import Foundation
import JSON

/// Test material that lies beside the checkout; tests that need it are left out where it is not.
enum SharedData {
    private static let root = (1...5).reduce(URL(fileURLWithPath: #filePath)) { folder, _ in folder.deletingLastPathComponent() }
        .appendingPathComponent("shared/data")

    static func isHere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path) }

    static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: root.appendingPathComponent(path)), as: UTF8.self)
    }

    /// The files below a folder; none where it is not here.
    static func files(below folder: String) -> [String] {
        let paths = FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)?.compactMap { $0 as? String } ?? []
        return paths.map { "\(folder)/\($0)" }.sorted()
    }

    /// Every string of a JSON text, names too.
    static func strings(in value: JSONValue) -> [String] {
        switch value {
        case .null, .bool, .number: []
        case .string(let text): [text]
        case .array(let items): items.flatMap(strings)
        case .object(let object): object.members.flatMap { [$0.name] + strings(in: $0.value) }
        }
    }
}
