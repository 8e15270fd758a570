import Foundation
import TestSupport
import Testing

@testable import SearchIndex

/// An index's file in a folder of its own.
final class LexicalFixture {
    let path: String
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("lexical-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appendingPathComponent("lexical").path
    }

    // reason: a folder that stays in the system's temporary folder harms no test
    deinit { try? FileManager.default.removeItem(at: folder) }

    func open() throws -> LexicalIndex { try LexicalIndex(path: path) }

    func bytes() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    func write(_ bytes: Data) throws { try bytes.write(to: URL(fileURLWithPath: path)) }

    var files: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() } }
}

func passage(_ key: Int64, _ body: String) -> IndexedPassage { IndexedPassage(key: key, title: "", heading: "", body: body) }

/// That two indexes answer alike to the last bit, and know of the same documents.
func expectSame(
    _ index: LexicalIndex, _ other: LexicalIndex, partitions: [Int64], _ library: inout RandomLibrary, queries: Int = 20,
    _ sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(Set(index.documents()) == Set(other.documents()), sourceLocation: sourceLocation)
    #expect(index.passageCount == other.passageCount, sourceLocation: sourceLocation)
    for _ in 0..<queries {
        let query = library.query()
        for limit in [1, 10, 1_000] {
            let found = index.search(query, partitions: partitions, limit: limit)
            #expect(found == other.search(query, partitions: partitions, limit: limit), "\(query), at most \(limit)", sourceLocation: sourceLocation)
        }
    }
}
