package import NIOPosix
package import Retrieval
import SentenceEncoder
import Synchronization
import WordPiece

/// A BERT model in this process. Its configuration is read at once; vocabulary, weights and OpenBLAS only when the first text comes, so that
/// a server that embeds nothing does not pay for them.
///
/// Everything is computed on threads of its own, a batch a thread at a time. Somebody's question does not wait for a batch of documents: a
/// thread that is at one takes the question in between two layers.
package final class LocalEmbedder: Embedder, WordEmbedder {
    private typealias Queue = EmbeddingQueue<Waiter>

    /// Somebody who waits for vectors.
    private struct Waiter {
        let continuation: CheckedContinuation<Answer, any Error>
    }

    private struct Answer: Sendable {
        let vectors: Embeddings
        let words: [[String]]?
    }

    package let model: EmbeddingModel
    private let folder: EncoderFolder
    private let limits: EmbeddingLimits
    private let threads: NIOThreadPool
    private let queue: Mutex<Queue>
    private let loaded = Mutex<BERTEncoder?>(nil)

    /// - Parameters:
    ///   - path: a folder as sentence-transformers writes it, with `model.safetensors` and `vocab.txt`.
    ///   - threads: a running pool for this alone, of as many threads as cores may be used.
    /// - Throws: `EmbeddingError.modelUnusable`.
    package init(path: String, threads: NIOThreadPool, limits: EmbeddingLimits = .init()) throws(EmbeddingError) {
        do throws(EncoderError) {
            folder = try EncoderFolder(path: path)
            let print = String(try BERTEncoder.fingerprint(of: folder), radix: 16)
            let name = path.split(separator: "/").last.map(String.init) ?? "model"
            model = EmbeddingModel(name: "\(name)@\(print)", dimensions: folder.width, tokenLimit: folder.tokenLimit)
        } catch { throw .modelUnusable(error.description) }
        self.limits = limits
        self.threads = threads
        queue = Mutex(Queue(limits: limits, dimensions: folder.width))
    }

    /// A word that is cut into many pieces is a name, a number or a mistake.
    package func knows(_ word: String) -> Bool {
        guard let tokenizer = try? encoder().tokenizer else { return true }  // reason: whoever embeds next is told why
        return tokenizer.tokenCount(word) <= Self.piecesOfWord
    }

    private static let piecesOfWord = 2

    package func windows(of text: String, title: String) throws -> [String] {
        do throws(EncoderError) {
            let tokenizer = try encoder().tokenizer
            // Two tokens stand around each text.
            return TextWindows(limit: tokenizer.limit - 2) { tokenizer.tokenCount($0) }.cut(text, title: title)
        } catch { throw EmbeddingError.modelUnusable(error.description) }
    }

    package func embed(_ texts: [String], priority: EmbeddingPriority) async throws -> Embeddings {
        guard texts.count <= limits.callTexts else { throw EmbeddingError.tooManyTexts(limit: limits.callTexts) }
        guard !texts.isEmpty else { return Embeddings(dimensions: model.dimensions, values: []) }
        return try await vectors(of: texts, .text, priority).vectors
    }

    package func wordVectors(of texts: [String], priority: EmbeddingPriority) async throws -> [WordVectors] {
        guard texts.count <= limits.wordCallTexts else { throw EmbeddingError.tooManyTexts(limit: limits.wordCallTexts) }
        guard !texts.isEmpty else { return [] }
        let answer = try await vectors(of: texts, .word, priority)
        var next = 0
        return (answer.words ?? []).map { words in
            let end = next + words.count * model.dimensions
            defer { next = end }
            let vectors = Embeddings(dimensions: model.dimensions, values: Array(answer.vectors.values[next..<end]))
            return WordVectors(words: words, vectors: vectors)
        }
    }

    private func vectors(of texts: [String], _ grain: Queue.Grain, _ priority: EmbeddingPriority) async throws -> Answer {
        let id = queue.withLock { $0.newID() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let failure = queue.withLock { queue -> EmbeddingError? in
                    do throws(EmbeddingError) { try queue.add(id, texts, priority, Waiter(continuation: continuation), grain: grain) } catch {
                        return error
                    }
                    return nil
                }
                if let failure { return continuation.resume(throwing: failure) }
                pump(1)
                // The handler may have run before there was anything to cancel.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func cancel(_ id: Queue.JobID) { queue.withLock { $0.remove(id) }?.continuation.resume(throwing: CancellationError()) }

    /// Wakes a thread for each piece of work. Which piece it takes is decided when it is there; one that another thread took in between
    /// is not missed.
    private func pump(_ pieces: Int) {
        for _ in 0..<pieces {
            threads.submit { state in
                guard case .active = state else { return self.close() }
                if let work = self.queue.withLock({ $0.next() }) { self.perform(work) }
            }
        }
    }

    private func close() {
        for waiter in queue.withLock({ $0.close() }) { waiter.continuation.resume(throwing: EmbeddingError.closed) }
    }

    private func perform(_ work: Queue.Work) {
        switch work {
        case .tokenize(let id, let texts, let grain):
            do throws(EncoderError) { pump(tokenize(texts, grain, of: id, with: try encoder())) } catch { fail(id, error) }
        case .encode(let id, let batch):
            do throws(EncoderError) {
                let encoder = try encoder()
                let mayBeInterrupted = queue.withLock { $0.priority(of: id) } != .interactive
                let vectors = encode(batch, of: id, with: encoder, mayBeInterrupted: mayBeInterrupted)
                guard let vectors, let done = queue.withLock({ $0.encoded(id, batch, vectors) }) else { return }
                done.waiter.continuation.resume(returning: Answer(vectors: done.result.vectors, words: done.result.words))
            } catch { fail(id, error) }
        }
    }

    /// How many batches the texts have become.
    private func tokenize(_ texts: [String], _ grain: Queue.Grain, of id: Queue.JobID, with encoder: BERTEncoder) -> Int {
        switch grain {
        case .text:
            let plan = EncodingPlan(texts.map { encoder.tokenizer.encode($0) })
            return queue.withLock { $0.tokenized(id, plan) }
        case .word:
            let read = texts.map { encoder.tokenizer.encodeWords($0) }
            let plan = EncodingPlan(read.map(\.ids), words: read.map { $0.words.map(\.tokens) })
            return queue.withLock { $0.tokenized(id, plan, words: read.map { $0.words.map(\.text) }) }
        }
    }

    private struct Unwanted: Error {}

    /// Nil where nobody waits for the vectors any more.
    private func encode(_ batch: EncodingPlan.Batch, of id: Queue.JobID, with encoder: BERTEncoder, mayBeInterrupted: Bool) -> [Float]? {
        do throws(Unwanted) {
            return try encoder.encode(batch.tokens, spans: batch.spans) { () throws(Unwanted) in
                guard queue.withLock({ $0.isWanted(id) }) else { throw Unwanted() }
                guard mayBeInterrupted else { return }
                while let urgent = queue.withLock({ $0.next(interactiveOnly: true) }) { perform(urgent) }
            }
        } catch { return nil }
    }

    private func fail(_ id: Queue.JobID, _ error: EncoderError) {
        queue.withLock { $0.remove(id) }?.continuation.resume(throwing: EmbeddingError.modelUnusable(error.description))
    }

    private func encoder() throws(EncoderError) -> BERTEncoder {
        let result: Result<BERTEncoder, EncoderError> = loaded.withLock { loaded in
            if let loaded { return .success(loaded) }
            return Result { () throws(EncoderError) in
                let encoder = try BERTEncoder(folder: folder)
                loaded = encoder
                return encoder
            }
        }
        return try result.get()
    }
}
