import JSON

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Why a model's folder cannot be used.
public struct EncoderError: Error, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// What a model's folder says of its shape: `config.json`, `sentence_bert_config.json` and `1_Pooling/config.json` as
/// sentence-transformers writes them.
public struct EncoderFolder: Hashable, Sendable {
    public let path: String
    /// Numbers of a token's vector, and of a text's.
    public let width: Int
    public let layers: Int
    public let heads: Int
    /// Width between the two products of a layer's second half.
    public let innerWidth: Int
    public let vocabulary: Int
    public let positions: Int
    public let tokenTypes: Int
    public let epsilon: Float
    /// Tokens of a text at the most, with the two around it; the rest of it is not read.
    public let tokenLimit: Int

    /// What a configuration may say at the most, so that a product of two sizes never overflows.
    static let limits = (width: 8192, layers: 200, innerWidth: 65_536, vocabulary: 2_000_000, positions: 65_536)
    static let configurationBytes = 1 << 20

    public init(path: String) throws(EncoderError) {
        let configuration = try Self.json(path, "config.json")
        func size(_ name: String, upTo limit: Int) throws(EncoderError) -> Int {
            guard let value = configuration[name]?.int, value > 0, value <= limit else {
                throw EncoderError("\(path)/config.json: \(name) must be a whole number of 1 to \(limit)")
            }
            return value
        }
        self.path = path
        guard configuration["model_type"]?.string == "bert", configuration["hidden_act"]?.string == "gelu",
            configuration["position_embedding_type"]?.string ?? "absolute" == "absolute"
        else { throw EncoderError("\(path)/config.json: only BERT models with gelu and absolute positions are known") }
        width = try size("hidden_size", upTo: Self.limits.width)
        layers = try size("num_hidden_layers", upTo: Self.limits.layers)
        heads = try size("num_attention_heads", upTo: Self.limits.width)
        innerWidth = try size("intermediate_size", upTo: Self.limits.innerWidth)
        vocabulary = try size("vocab_size", upTo: Self.limits.vocabulary)
        positions = try size("max_position_embeddings", upTo: Self.limits.positions)
        tokenTypes = try size("type_vocab_size", upTo: Self.limits.positions)
        epsilon = Float(configuration["layer_norm_eps"]?.double ?? 1e-12)
        guard width % heads == 0, width / heads % 32 == 0 else {
            throw EncoderError("\(path)/config.json: \(heads) heads in \(width) are not of a multiple of 32 each")
        }
        let pooling = try Self.json(path, "1_Pooling/config.json")
        guard pooling["pooling_mode_mean_tokens"]?.bool == true else {
            throw EncoderError("\(path)/1_Pooling/config.json: only the mean of the tokens is known")
        }
        let limit = try Self.json(path, "sentence_bert_config.json")["max_seq_length"]?.int ?? positions
        guard limit >= 3, limit <= positions else {
            throw EncoderError("\(path)/sentence_bert_config.json: max_seq_length must be 3 to \(positions)")
        }
        tokenLimit = limit
    }

    private static func json(_ folder: String, _ name: String) throws(EncoderError) -> JSONValue {
        let bytes = try Self.bytes("\(folder)/\(name)", limit: configurationBytes)
        do throws(JSONSyntaxError) { return try JSONParser.parse(bytes, depthLimit: 16) } catch {
            throw EncoderError("\(folder)/\(name) is \(error)")
        }
    }

    static func bytes(_ path: String, limit: Int) throws(EncoderError) -> [UInt8] {
        let data: Data
        do { data = try Data(contentsOf: URL(filePath: path)) } catch { throw EncoderError("\(path) cannot be read") }
        guard data.count <= limit else { throw EncoderError("\(path) has \(data.count) bytes; \(limit) are possible") }
        return Array(data)
    }
}
