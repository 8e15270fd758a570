import Foundation
import TestSupport
import Testing

@testable import SentenceEncoder

@Suite struct SafetensorsFileTests {
    private func opened(_ data: Data) throws -> SafetensorsFile {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).safetensors").path
        try data.write(to: URL(fileURLWithPath: path))
        defer { unlink(path) }
        return try SafetensorsFile(path: path)
    }

    private func tensor(_ shape: [Int], _ from: Int, _ to: Int, type: String = "F32") -> [String: Any] {
        ["dtype": type, "shape": shape, "data_offsets": [from, to]]
    }

    @Test func givesValues() throws {
        let data = [Float(1), 2, 3, 4, 5, 6].withUnsafeBytes { Data($0) }
        let header: [String: Any] = ["a": tensor([2, 2], 0, 16), "b": tensor([2], 16, 24), "__metadata__": ["format": "pt"]]
        let file = try opened(TinyModel.file(header: header, data: data))
        let a = try file.floats("a", shape: [2, 2])
        let b = try file.floats("b", shape: [2])
        #expect((0..<4).map { a[$0] } == [1, 2, 3, 4])
        #expect(b[1] == 6)
        #expect(throws: SafetensorsFile.Invalid.self) { try file.floats("a", shape: [4]) }
        #expect(throws: SafetensorsFile.Invalid.self) { try file.floats("c", shape: [1]) }
    }

    @Test(
        arguments: [
            ["shape": [2], "dtype": "F32", "data_offsets": [0, 9]], ["shape": [2], "dtype": "F32", "data_offsets": [8, 0]],
            ["shape": [2], "dtype": "F32", "data_offsets": [-8, 0]], ["shape": [-2], "dtype": "F32", "data_offsets": [0, 8]],
            ["shape": [2], "dtype": "F32", "data_offsets": [0]], ["shape": 2, "dtype": "F32", "data_offsets": [0, 8]],
            ["shape": [2], "data_offsets": [0, 8]], ["shape": [2], "dtype": "F32", "data_offsets": [0, 9_223_372_036_854_775_807]],
        ] as [[String: any Sendable]])
    func refusesTensorsThatDoNotFit(_ tensor: [String: any Sendable]) throws {
        let data = try TinyModel.file(header: ["a": tensor], data: Data(count: 8))
        #expect(throws: SafetensorsFile.Invalid.self) { try opened(data) }
    }

    @Test func refusesShapesThatAreNotTheirBytes() throws {
        let file = try opened(
            TinyModel.file(
                header: [
                    "short": tensor([3], 0, 8), "huge": tensor([1 << 40, 1 << 40], 0, 8), "half": tensor([2], 0, 8, type: "F16"),
                    "crooked": tensor([1], 1, 5),
                ], data: Data(count: 8)))
        #expect(throws: SafetensorsFile.Invalid.self) { try file.floats("short", shape: [3]) }
        #expect(throws: SafetensorsFile.Invalid.self) { try file.floats("huge", shape: [1 << 40, 1 << 40]) }
        #expect(throws: SafetensorsFile.Invalid.self) { try file.floats("half", shape: [2]) }
        #expect(throws: SafetensorsFile.Invalid.self) { try file.floats("crooked", shape: [1]) }
    }

    @Test func refusesWhatIsNoSuchFile() throws {
        #expect(throws: SafetensorsFile.Invalid.self) { try SafetensorsFile(path: "/nowhere") }
        #expect(throws: SafetensorsFile.Invalid.self) { try SafetensorsFile(path: "/tmp") }
        for bytes in [Data(), Data(count: 8), Data(repeating: 0xff, count: 100), Data([9, 0, 0, 0, 0, 0, 0, 0]) + Data("{\"a\":1}".utf8)] {
            #expect(throws: SafetensorsFile.Invalid.self) { try opened(bytes) }
        }
        let deep = Data(repeating: UInt8(ascii: "["), count: 10_000)
        let length = withUnsafeBytes(of: UInt64(deep.count).littleEndian) { Data($0) }
        #expect(throws: SafetensorsFile.Invalid.self) { try opened(length + deep) }
    }

    @Test func everyCutOfAModelIsAnError() throws {
        let model = try TinyModel()
        defer { model.remove() }
        let whole = try model.read("model.safetensors")
        let folder = try EncoderFolder(path: model.folder.path)
        for count in stride(from: 0, to: whole.count, by: 997) {
            try model.write(whole.prefix(count), "model.safetensors")
            #expect(throws: EncoderError.self) { try BERTEncoder(folder: folder) }
        }
        try model.write(whole, "model.safetensors")
        _ = try BERTEncoder(folder: folder)
    }
}
