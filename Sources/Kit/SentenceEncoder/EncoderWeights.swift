/// A BERT model's weights where they lie in its mapped file, named as `transformers` names them.
struct EncoderWeights: @unchecked Sendable {
    struct Dense {
        let weight: UnsafePointer<Float>
        let bias: UnsafePointer<Float>
    }

    struct Norm {
        let gain: UnsafePointer<Float>
        let shift: UnsafePointer<Float>
    }

    struct Layer {
        let query, key, value, output: Dense
        let outputNorm: Norm
        let inner, outer: Dense
        let outerNorm: Norm
        /// The biases of query, key and value behind each other.
        let attentionBias: [Float]
    }

    /// Keeps the mapping.
    private let file: SafetensorsFile
    let words, positions, types: UnsafePointer<Float>
    let norm: Norm
    let layers: [Layer]

    init(_ file: SafetensorsFile, shape: EncoderFolder) throws(SafetensorsFile.Invalid) {
        let width = shape.width
        func dense(_ name: String, to outputs: Int, from inputs: Int) throws(SafetensorsFile.Invalid) -> Dense {
            Dense(
                weight: try file.floats("\(name).weight", shape: [outputs, inputs]), bias: try file.floats("\(name).bias", shape: [outputs]))
        }
        func norm(_ name: String) throws(SafetensorsFile.Invalid) -> Norm {
            Norm(
                gain: try file.floats("\(name).LayerNorm.weight", shape: [width]),
                shift: try file.floats("\(name).LayerNorm.bias", shape: [width]))
        }
        self.file = file
        words = try file.floats("embeddings.word_embeddings.weight", shape: [shape.vocabulary, width])
        positions = try file.floats("embeddings.position_embeddings.weight", shape: [shape.positions, width])
        types = try file.floats("embeddings.token_type_embeddings.weight", shape: [shape.tokenTypes, width])
        self.norm = try norm("embeddings")
        var layers: [Layer] = []
        for index in 0..<shape.layers {
            let name = "encoder.layer.\(index)"
            let (query, key, value) = (
                try dense("\(name).attention.self.query", to: width, from: width),
                try dense("\(name).attention.self.key", to: width, from: width),
                try dense("\(name).attention.self.value", to: width, from: width)
            )
            let biases = [query, key, value].flatMap { UnsafeBufferPointer(start: $0.bias, count: width) }
            layers.append(
                Layer(
                    query: query, key: key, value: value, output: try dense("\(name).attention.output.dense", to: width, from: width),
                    outputNorm: try norm("\(name).attention.output"),
                    inner: try dense("\(name).intermediate.dense", to: shape.innerWidth, from: width),
                    outer: try dense("\(name).output.dense", to: width, from: shape.innerWidth), outerNorm: try norm("\(name).output"),
                    attentionBias: biases))
        }
        self.layers = layers
    }
}
