import Foundation

/// The embedding model that `Scripts/models` fetches, and what the reference implementation makes of texts; tests that need them are left
/// out where they are not.
package enum LocalModel {
    private static let root = (1...3).reduce(URL(fileURLWithPath: #filePath)) { folder, _ in folder.deletingLastPathComponent() }
    private static let models =
        ProcessInfo.processInfo.environment["LOQUAT_MODELS_DIR"].map { URL(fileURLWithPath: $0, relativeTo: root) }
        ?? root.appendingPathComponent(".models")

    package static let path = models.appendingPathComponent("all-MiniLM-L6-v2").path
    package static let isHere = FileManager.default.fileExists(atPath: "\(path)/model.safetensors")
    package static let hasReference = isHere && FileManager.default.fileExists(atPath: reference("complete").path)

    private static func reference(_ name: String) -> URL { models.appendingPathComponent("reference").appendingPathComponent(name) }

    package static func referenceTexts(_ name: String) throws -> [String] {
        try JSONDecoder().decode([String].self, from: Data(contentsOf: reference("\(name).json")))
    }

    /// The ids of each text.
    package static func referenceIDs(_ name: String) throws -> [[Int32]] {
        let numbers: [Int32] = try values("\(name).ids")
        var texts: [[Int32]] = []
        var next = 0
        while next < numbers.count {
            let count = Int(numbers[next])
            texts.append(Array(numbers[next + 1..<next + 1 + count]))
            next += count + 1
        }
        return texts
    }

    package static func referenceVectors(_ name: String) throws -> [Float] { try values("\(name).vectors") }

    private static func values<Value>(_ name: String) throws -> [Value] {
        try Data(contentsOf: reference(name)).withUnsafeBytes { Array($0.bindMemory(to: Value.self)) }
    }
}
