package import Foundation

/// A BERT model of a few thousand random weights, as files of the shape that a real one has.
package struct TinyModel {
    package static let width = 64
    package static let tokenLimit = 16
    package static let pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "ab", "##a", "##b", "."]
    private static let layers = 2
    private static let inner = 96
    private static let positions = 32

    package let folder: URL

    /// Writes the model into a new folder, which `remove` takes away.
    package init(seed: UInt64 = 1) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tiny-model-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder.appendingPathComponent("1_Pooling"), withIntermediateDirectories: true)
        let configuration: [String: Any] = [
            "model_type": "bert", "hidden_act": "gelu", "hidden_size": Self.width, "num_hidden_layers": Self.layers,
            "num_attention_heads": 2, "intermediate_size": Self.inner, "vocab_size": Self.pieces.count,
            "max_position_embeddings": Self.positions, "type_vocab_size": 2, "layer_norm_eps": 1e-12,
        ]
        try write(JSONSerialization.data(withJSONObject: configuration), "config.json")
        try write(Data(#"{"max_seq_length": \#(Self.tokenLimit)}"#.utf8), "sentence_bert_config.json")
        try write(Data(#"{"pooling_mode_mean_tokens": true}"#.utf8), "1_Pooling/config.json")
        try write(Data((Self.pieces.joined(separator: "\n") + "\n").utf8), "vocab.txt")
        try write(Self.safetensors(seed: seed), "model.safetensors")
    }

    package func write(_ data: Data, _ name: String) throws { try data.write(to: folder.appendingPathComponent(name)) }

    package func read(_ name: String) throws -> Data { try Data(contentsOf: folder.appendingPathComponent(name)) }

    // reason: a folder that stays in the system's temporary folder harms no test
    package func remove() { try? FileManager.default.removeItem(at: folder) }

    private static var shapes: [(name: String, shape: [Int])] {
        var shapes: [(String, [Int])] = [
            ("embeddings.word_embeddings.weight", [pieces.count, width]), ("embeddings.position_embeddings.weight", [positions, width]),
            ("embeddings.token_type_embeddings.weight", [2, width]), ("embeddings.LayerNorm.weight", [width]),
            ("embeddings.LayerNorm.bias", [width]),
        ]
        for layer in 0..<layers {
            let at = "encoder.layer.\(layer)"
            for part in ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"] {
                shapes += [("\(at).\(part).weight", [width, width]), ("\(at).\(part).bias", [width])]
            }
            shapes += [("\(at).intermediate.dense.weight", [inner, width]), ("\(at).intermediate.dense.bias", [inner])]
            shapes += [("\(at).output.dense.weight", [width, inner]), ("\(at).output.dense.bias", [width])]
            for part in ["attention.output", "output"] {
                shapes += [("\(at).\(part).LayerNorm.weight", [width]), ("\(at).\(part).LayerNorm.bias", [width])]
            }
        }
        return shapes
    }

    private static func safetensors(seed: UInt64) throws -> Data {
        var random = SeededRandom(seed: seed)
        var header: [String: Any] = [:]
        var values: [Float] = []
        for (name, shape) in shapes {
            let count = shape.reduce(1, *)
            header[name] = ["dtype": "F32", "shape": shape, "data_offsets": [values.count * 4, (values.count + count) * 4]]
            for _ in 0..<count { values.append(Float.random(in: -0.5...0.5, using: &random)) }
        }
        return try file(header: header, data: values.withUnsafeBytes { Data($0) })
    }

    package static func file(header: [String: Any], data: Data) throws -> Data {
        var text = try JSONSerialization.data(withJSONObject: header)
        text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 7 - (text.count + 7) % 8))
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) } + text + data
    }
}
