import COpenBLAS
import CVectorMath
public import WordPiece

/// A BERT model that turns texts into vectors as sentence-transformers does: the mean of the last layer's tokens, scaled to length 1.
///
/// All tokens of a batch go through each matrix product together, without padding; only attention looks at one text at a time.
/// Weights stay where they are mapped. Any number of threads may encode at once, each on its own.
public final class BERTEncoder: Sendable {
    /// Rows up to which products are done without OpenBLAS, which packs its right side anew for each: for a short text that costs more
    /// than the product.
    static let fewRows = 24

    public let folder: EncoderFolder
    public let tokenizer: WordPieceTokenizer
    private let weights: EncoderWeights
    private nonisolated(unsafe) let kernels: UnsafePointer<vm_kernels>

    /// Reads configuration and vocabulary, and maps the weights.
    /// - Throws: `EncoderError`, which says which file is wrong and how.
    public convenience init(folder: EncoderFolder) throws(EncoderError) { try self.init(folder: folder, kernels: vm_best()) }

    init(folder: EncoderFolder, kernels: UnsafePointer<vm_kernels>) throws(EncoderError) {
        let pieces = try EncoderFolder.bytes("\(folder.path)/vocab.txt", limit: 64 << 20)
        do {
            let vocabulary = try Vocabulary(pieces)
            guard vocabulary.count <= folder.vocabulary else {
                throw EncoderError("vocab.txt has \(vocabulary.count) pieces and the model knows \(folder.vocabulary)")
            }
            tokenizer = try WordPieceTokenizer(vocabulary, limit: folder.tokenLimit)
            weights = try EncoderWeights(SafetensorsFile(path: "\(folder.path)/model.safetensors"), shape: folder)
        } catch { throw EncoderError("\(folder.path): \(error)") }
        var reason = [CChar](repeating: 0, count: 256)
        guard blas_open(&reason, reason.count) == 0 else {
            throw EncoderError("OpenBLAS cannot be loaded: \(reason.withUnsafeBufferPointer { String(cString: $0.baseAddress!) })")
        }
        self.folder = folder
        self.kernels = kernels
    }

    /// Tells weights apart without loading them: two models of the same value give the same vectors. FNV-1a over the biases of all
    /// layers, which no two trainings share; for more, the whole file would have to be read.
    public static func fingerprint(of folder: EncoderFolder) throws(EncoderError) -> UInt64 {
        let weights: EncoderWeights
        do throws(SafetensorsFile.Invalid) {
            weights = try EncoderWeights(SafetensorsFile(path: "\(folder.path)/model.safetensors"), shape: folder)
        } catch { throw EncoderError(error.description) }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for layer in weights.layers {
            for value in layer.attentionBias + UnsafeBufferPointer(start: layer.outer.bias, count: folder.width) {
                hash = (hash ^ UInt64(value.bitPattern)) &* 0x100_0000_01b3
            }
        }
        return hash
    }

    /// The vectors of a batch's texts, in its order, `folder.width` floats each.
    /// - Parameter between: called before each layer; what it throws ends the work.
    public func encode<Failure: Error>(_ batch: TokenBatch, between: () throws(Failure) -> Void) throws(Failure) -> [Float] {
        var first = 0
        let texts = batch.lengths.map { length in
            defer { first += length }
            return first..<first + length
        }
        return try encode(batch, spans: texts, between: between)
    }

    /// The vectors of parts of a batch: the mean of the last layer's tokens in each, scaled to length 1; `folder.width` floats each.
    /// - Parameter spans: places among the batch's tokens, none empty.
    public func encode<Failure: Error>(
        _ batch: TokenBatch, spans: [Range<Int>], between: () throws(Failure) -> Void
    ) throws(Failure) -> [Float] {
        let (width, tokens) = (folder.width, batch.ids.count)
        guard tokens > 0, !spans.isEmpty else { return [] }
        precondition(spans.allSatisfy { !$0.isEmpty && $0.lowerBound >= 0 && $0.upperBound <= tokens }, "a span outside the batch")
        let space = Workspace(tokens: tokens, longest: batch.lengths.max() ?? 0, folder: folder)
        defer { space.free() }
        embed(batch, into: space.hidden)
        for layer in weights.layers {
            try between()
            run(layer, over: batch.lengths, tokens: tokens, in: space)
        }
        return [Float](unsafeUninitializedCapacity: spans.count * width) { vectors, count in
            for (place, span) in spans.enumerated() {
                kernels.pointee.mean_unit(
                    space.hidden + span.lowerBound * width, span.count, width, vectors.baseAddress! + place * width)
            }
            count = spans.count * width
        }
    }

    /// Word, position and type vectors, added up and normalised.
    private func embed(_ batch: TokenBatch, into hidden: UnsafeMutablePointer<Float>) {
        let width = folder.width
        var row = hidden
        var next = 0
        for length in batch.lengths {
            for position in 0..<length {
                let word = weights.words + Int(batch.ids[next]) * width
                let place = weights.positions + position * width
                row.update(from: word, count: width)
                kernels.pointee.add_norm(row, place, weights.types, weights.norm.gain, weights.norm.shift, 1, width, folder.epsilon)
                row += width
                next += 1
            }
        }
    }

    private func run(_ layer: EncoderWeights.Layer, over lengths: [Int], tokens: Int, in space: Workspace) {
        let (width, inner) = (folder.width, folder.innerWidth)
        for (place, part) in [layer.query, layer.key, layer.value].enumerated() {
            multiply(space.hidden, tokens, width, part, into: space.attention + place * width, width, stride: 3 * width)
        }
        layer.attentionBias.withUnsafeBufferPointer { bias in
            var first = 0
            for length in lengths {
                kernels.pointee.attend(
                    space.attention + first * 3 * width, bias.baseAddress!, space.context + first * width, length, folder.heads,
                    width / folder.heads, space.scratch)
                first += length
            }
        }
        // What attention read is no longer needed: its place takes what the two halves of the layer add.
        let added = space.attention
        multiply(space.context, tokens, width, layer.output, into: added, width, stride: width)
        addNorm(space.hidden, added, layer.output.bias, layer.outputNorm, tokens)
        multiply(space.hidden, tokens, width, layer.inner, into: space.inner, inner, stride: inner)
        kernels.pointee.bias_gelu(space.inner, layer.inner.bias, tokens, inner)
        multiply(space.inner, tokens, inner, layer.outer, into: added, width, stride: width)
        addNorm(space.hidden, added, layer.outer.bias, layer.outerNorm, tokens)
    }

    private func addNorm(
        _ hidden: UnsafeMutablePointer<Float>, _ added: UnsafePointer<Float>, _ bias: UnsafePointer<Float>, _ norm: EncoderWeights.Norm,
        _ rows: Int
    ) {
        kernels.pointee.add_norm(hidden, added, bias, norm.gain, norm.shift, rows, folder.width, folder.epsilon)
    }

    private func multiply(
        _ left: UnsafePointer<Float>, _ rows: Int, _ inputs: Int, _ dense: EncoderWeights.Dense, into result: UnsafeMutablePointer<Float>,
        _ outputs: Int, stride: Int
    ) {
        if rows <= Self.fewRows {
            kernels.pointee.few_rows(left, rows, dense.weight, outputs, inputs, result, stride)
        } else {
            blas_multiply(left, rows, dense.weight, outputs, inputs, result, stride)
        }
    }
}

/// The memory of one batch on its way through the layers.
private struct Workspace {
    let hidden, attention, context, inner, scratch: UnsafeMutablePointer<Float>

    init(tokens: Int, longest: Int, folder: EncoderFolder) {
        hidden = .allocate(capacity: tokens * folder.width)
        attention = .allocate(capacity: tokens * folder.width * 3)
        context = .allocate(capacity: tokens * folder.width)
        inner = .allocate(capacity: tokens * folder.innerWidth)
        scratch = .allocate(capacity: vm_attention_scratch(longest, folder.width / folder.heads))
    }

    func free() { for part in [hidden, attention, context, inner, scratch] { part.deallocate() } }
}
