import Retrieval
import SentenceEncoder

/// What waits to be embedded, as a struct that computes nothing: it says what is next and whose vectors are complete. Interactive work goes
/// before all other, then a client's few texts; batches and background work take turns. Within each the earlier goes before the later.
struct EmbeddingQueue<Waiter> {
    struct JobID: Hashable {
        let number: Int
    }

    /// What has a vector of its own.
    enum Grain {
        case text, word
    }

    struct Outcome {
        /// Of all texts in their order, or of all their words.
        let vectors: Embeddings
        /// Of each text; nil where it is the text that has a vector.
        let words: [[String]]?
    }

    enum Work {
        case tokenize(JobID, [String], Grain)
        case encode(JobID, EncodingPlan.Batch)
    }

    private struct Job {
        let waiter: Waiter
        let priority: EmbeddingPriority
        let texts: Int
        let bytes: Int
        /// Batches that are waiting or under way; nil until the texts are tokens.
        var batches: Int?
        var words: [[String]]?
        /// Where each text's values begin; one more, where the last end.
        var starts: [Int] = []
        var values: [Float] = []
    }

    private struct Waiting {
        var texts = 0
        var bytes = 0
    }

    private let limits: EmbeddingLimits
    private let dimensions: Int
    private var jobs: [JobID: Job] = [:]
    private var interactive: [Work] = []
    private var few: [Work] = []
    private var batch: [Work] = []
    private var background: [Work] = []
    private var isBatchNext = true
    /// Questions have room of their own: whoever fills the rest takes none of it.
    private var waitingQuestions = Waiting()
    private var waitingOthers = Waiting()
    private var lastNumber = 0
    private var isClosed = false

    init(limits: EmbeddingLimits, dimensions: Int) {
        self.limits = limits
        self.dimensions = dimensions
    }

    mutating func newID() -> JobID {
        lastNumber += 1
        return JobID(number: lastNumber)
    }

    /// - Throws: `EmbeddingError`, where the waiter is not taken.
    mutating func add(
        _ id: JobID, _ texts: [String], _ priority: EmbeddingPriority, _ waiter: Waiter, grain: Grain = .text
    ) throws(EmbeddingError) {
        guard !isClosed else { throw .closed }
        let bytes = texts.reduce(0) { $0 + $1.utf8.count }
        let waiting = self[waitingBeside: priority]
        guard waiting.texts + texts.count <= limits.waitingTexts, waiting.bytes + bytes <= limits.waitingBytes || waiting.texts == 0 else {
            throw .queueFull(limit: limits.waitingTexts)
        }
        self[waitingBeside: priority] = Waiting(texts: waiting.texts + texts.count, bytes: waiting.bytes + bytes)
        jobs[id] = Job(waiter: waiter, priority: priority, texts: texts.count, bytes: bytes)
        push(.tokenize(id, texts, grain), priority)
    }

    /// What shares the room of this priority.
    private subscript(waitingBeside priority: EmbeddingPriority) -> Waiting {
        get { priority == .interactive ? waitingQuestions : waitingOthers }
        set { if priority == .interactive { waitingQuestions = newValue } else { waitingOthers = newValue } }
    }

    private mutating func push(_ work: Work, _ priority: EmbeddingPriority) {
        switch priority {
        case .interactive: interactive.append(work)
        case .few: few.append(work)
        case .batch: batch.append(work)
        case .background: background.append(work)
        }
    }

    /// The next piece of work, or nil; interactive work alone where it is to interrupt other work.
    mutating func next(interactiveOnly: Bool = false) -> Work? {
        if !interactive.isEmpty { return interactive.removeFirst() }
        if interactiveOnly { return nil }
        if !few.isEmpty { return few.removeFirst() }
        if batch.isEmpty && background.isEmpty { return nil }
        let takesBatch = background.isEmpty || isBatchNext && !batch.isEmpty
        isBatchNext = !takesBatch
        return takesBatch ? batch.removeFirst() : background.removeFirst()
    }

    func isWanted(_ id: JobID) -> Bool { jobs[id] != nil }

    func priority(of id: JobID) -> EmbeddingPriority? { jobs[id]?.priority }

    /// A job's texts have become batches; returns how many are to be encoded.
    /// - Parameter words: of each text, where it is words that have vectors.
    mutating func tokenized(_ id: JobID, _ plan: EncodingPlan, words: [[String]]? = nil) -> Int {
        guard let priority = jobs[id]?.priority, let texts = jobs[id]?.texts else { return 0 }
        var starts = [0]
        for text in 0..<texts { starts.append(starts[text] + (words?[text].count ?? 1) * dimensions) }
        jobs[id]?.words = words
        jobs[id]?.starts = starts
        jobs[id]?.values = [Float](repeating: 0, count: starts[texts])
        jobs[id]?.batches = plan.batches.count
        for batch in plan.batches { push(.encode(id, batch), priority) }
        return plan.batches.count
    }

    /// A batch's vectors are there; returns who waits for the job, and all its vectors, if they are the last.
    mutating func encoded(_ id: JobID, _ batch: EncodingPlan.Batch, _ vectors: [Float]) -> (waiter: Waiter, result: Outcome)? {
        guard let batches = jobs[id]?.batches, let starts = jobs[id]?.starts else { return nil }
        var next = 0
        for place in batch.places {
            let range = starts[place]..<starts[place + 1]
            jobs[id]?.values.replaceSubrange(range, with: vectors[next..<next + range.count])
            next += range.count
        }
        jobs[id]?.batches = batches - 1
        guard batches == 1, let job = removeJob(id) else { return nil }
        return (job.waiter, Outcome(vectors: Embeddings(dimensions: dimensions, values: job.values), words: job.words))
    }

    /// Nobody wants the job any more, or it failed; returns who waits for it.
    mutating func remove(_ id: JobID) -> Waiter? { removeJob(id)?.waiter }

    private mutating func removeJob(_ id: JobID) -> Job? {
        guard let job = jobs.removeValue(forKey: id) else { return nil }
        self[waitingBeside: job.priority].texts -= job.texts
        self[waitingBeside: job.priority].bytes -= job.bytes
        func isOthers(_ work: Work) -> Bool {
            switch work {
            case .tokenize(let other, _, _), .encode(let other, _): other != id
            }
        }
        interactive = interactive.filter(isOthers)
        few = few.filter(isOthers)
        batch = batch.filter(isOthers)
        background = background.filter(isOthers)
        return job
    }

    /// Takes nothing more; returns all who wait.
    mutating func close() -> [Waiter] {
        isClosed = true
        let waiters = jobs.values.map(\.waiter)
        (jobs, interactive, few, batch, background) = ([:], [], [], [], [])
        (waitingQuestions, waitingOthers) = (Waiting(), Waiting())
        return waiters
    }
}

/// What may wait at the most.
package struct EmbeddingLimits: Sendable {
    /// Texts of one call.
    package let callTexts: Int
    /// Texts of one call for the vectors of their words, of which there may be hundreds to a text.
    package let wordCallTexts: Int
    /// Texts of all questions together, and their bytes, and as many of everything else; a single call may have more bytes.
    package let waitingTexts: Int
    package let waitingBytes: Int

    package init(callTexts: Int = 2048, wordCallTexts: Int = 256, waitingTexts: Int = 8192, waitingBytes: Int = 64 << 20) {
        self.callTexts = callTexts
        self.wordCallTexts = wordCallTexts
        self.waitingTexts = waitingTexts
        self.waitingBytes = waitingBytes
    }
}
