import CVectorMath
import Foundation
import TestSupport
import Testing
import WordPiece

@testable import SentenceEncoder

@Suite struct BERTEncoderTests {
    private func encode(_ texts: [String], with encoder: BERTEncoder, batchTokens: Int = EncodingPlan.batchTokens) -> [[Float]] {
        let width = encoder.folder.width
        var vectors = [[Float]](repeating: [], count: texts.count)
        for batch in EncodingPlan(texts.map { encoder.tokenizer.encode($0) }, batchTokens: batchTokens).batches {
            let values = encoder.encode(batch.tokens) {}
            for (row, place) in batch.places.enumerated() { vectors[place] = Array(values[row * width..<(row + 1) * width]) }
        }
        return vectors
    }

    private func cosine(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Double {
        zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    @Test func batchesDoNotChangeVectors() throws {
        let model = try TinyModel()
        defer { model.remove() }
        let encoder = try BERTEncoder(folder: EncoderFolder(path: model.folder.path))
        let texts = ["", "a", "ab ab .", String(repeating: "a b ", count: 40), "x", "ba"] + (0..<30).map { String(repeating: "a", count: $0) }
        let alone = encode(texts, with: encoder, batchTokens: 1)
        let together = encode(texts, with: encoder)
        for (a, b) in zip(alone, together) {
            #expect(cosine(a, b) > 0.999999)
            #expect(abs(cosine(a, a) - 1) < 1e-5)
        }
        #expect(cosine(alone[1], alone[2]) < 0.9999)
    }

    /// A text's vector is the mean of its tokens', and so is a word's.
    @Test func aTextsVectorIsTheMeanOfItsTokens() throws {
        let model = try TinyModel()
        defer { model.remove() }
        let encoder = try BERTEncoder(folder: EncoderFolder(path: model.folder.path))
        let width = encoder.folder.width
        let read = ["ab bab .", "b", "aab a ab ab"].map { encoder.tokenizer.encodeWords($0) }
        let plan = EncodingPlan(read.map(\.ids), words: read.map { $0.words.map(\.tokens) })
        let batch = try #require(plan.batches.first)
        let words = encoder.encode(batch.tokens, spans: batch.spans) {}
        #expect(words.count == read.reduce(0) { $0 + $1.words.count } * width)
        let first = 0..<batch.tokens.lengths[0]
        let whole = encoder.encode(batch.tokens, spans: [first]) {}
        #expect(whole == Array(encoder.encode(batch.tokens) {}[..<width]))
        let word = batch.spans[0]
        let alone = encoder.encode(batch.tokens, spans: [word]) {}
        #expect(alone == Array(words[..<width]))
        #expect(abs(cosine(alone, alone) - 1) < 1e-5 && alone != whole)
    }

    @Test func whatTheCallerThrowsEndsTheWork() throws {
        struct Enough: Error {}
        let model = try TinyModel()
        defer { model.remove() }
        let encoder = try BERTEncoder(folder: EncoderFolder(path: model.folder.path))
        var batch = TokenBatch()
        batch.append(encoder.tokenizer.encode("a"))
        var layers = 0
        #expect(throws: Enough.self) {
            _ = try encoder.encode(batch) {
                layers += 1
                if layers == 2 { throw Enough() }
            }
        }
        #expect(layers == 2)
    }

    @Test func fingerprintsTellWeightsApart() throws {
        let models = [try TinyModel(seed: 1), try TinyModel(seed: 1), try TinyModel(seed: 2)]
        defer { for model in models { model.remove() } }
        let prints = try models.map { try BERTEncoder.fingerprint(of: EncoderFolder(path: $0.folder.path)) }
        #expect(prints[0] == prints[1] && prints[0] != prints[2])
    }

    @Test(arguments: [
        ("config.json", "{}"), ("config.json", "no"), ("1_Pooling/config.json", #"{"pooling_mode_cls_token": true}"#),
        ("sentence_bert_config.json", #"{"max_seq_length": 100000}"#), ("vocab.txt", "[UNK]\n"),
    ])
    func aWrongFolderSaysWhatIsWrong(_ file: String, _ text: String) throws {
        let model = try TinyModel()
        defer { model.remove() }
        try model.write(Data(text.utf8), file)
        #expect(throws: EncoderError.self) { try BERTEncoder(folder: EncoderFolder(path: model.folder.path)) }
    }

    @Test(.enabled(if: LocalModel.hasReference), arguments: (0..<vm_variant_count()).filter { vm_variant($0) != nil })
    func vectorsAreThoseOfTheReference(_ variant: Int) throws {
        let kernels = try #require(vm_variant(variant))
        let encoder = try BERTEncoder(folder: EncoderFolder(path: LocalModel.path), kernels: kernels)
        var texts = try LocalModel.referenceTexts("texts")
        let width = encoder.folder.width
        let expected = try LocalModel.referenceVectors("texts")
        #expect(texts.count == 500 && expected.count == texts.count * width)
        // All of them with what the machine would choose.
        if kernels != vm_best() { texts = Array(texts[..<60]) }
        for (index, vector) in encode(texts, with: encoder).enumerated() {
            let cosine = cosine(vector, expected[index * width..<(index + 1) * width])
            #expect(cosine >= 0.9999, "\(texts[index].debugDescription)")
        }
    }
}
