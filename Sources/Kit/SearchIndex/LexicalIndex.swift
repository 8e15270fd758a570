import Synchronization

/// A BM25 index in memory, split into partitions that are searched together or apart; statistics are those of the partitions that
/// are searched, so what one may not search does not change what one finds. Safe to use from any thread: a search sees the index as it
/// was when its query was made and waits for no write.
///
/// With a path, the index is found again at the next start. The file is a cache without `fsync`: after a crash it may lack the last
/// changes, which `documents` tells, and whatever cannot be read is left out. It never says anything that was not written.
public final class LexicalIndex: Sendable {
    struct State: Sendable {
        var terms = TermTable()
        var partitions: [Int64: LexicalPartition] = [:]
    }

    /// Terms that are numbered before others may look terms up.
    private static let termsAtOnce = 1_000

    /// Changed by the writer alone.
    let state: Mutex<State>
    let writer: Mutex<LexicalWriter>
    private let analyzers = Mutex<[UnsafeTransfer<Analyzer>]>([])
    private let scratch = ScratchPool()

    /// An empty index that is kept nowhere.
    public init() {
        state = Mutex(State())
        writer = Mutex(LexicalWriter())
    }

    /// The index of a file, which is made where there is none, and made anew where it is of another version or analyzer.
    /// - Throws: `LexicalFileError` where the file cannot be opened, read or made, or another process has it open.
    public init(path: String) throws(LexicalFileError) {
        let (state, writer) = try LexicalWriter.open(path: path)
        self.state = Mutex(state)
        self.writer = Mutex(writer)
    }

    // MARK: Writing

    /// Adds or replaces a document: all its passages at once.
    public func replace(document: Int64, in partition: Int64, passages: [IndexedPassage]) {
        replace([DocumentPassages(partition: partition, document: document, passages: passages)])
    }

    /// Adds or replaces documents, all at once; of one that stands twice, the last counts.
    public func replace(_ documents: [DocumentPassages]) {
        let analyzed = withAnalyzer { analyzer in Self.lastOfEach(documents).map { AnalyzedDocument($0, analyzer) } }
        guard !analyzed.isEmpty else { return }
        writer.withLock { writer in
            var records = ByteWriter()
            for document in analyzed { DocumentRecord.write(document, numbers: numbers(document.terms, &writer), to: &records) }
            let terms = state.withLock { $0.terms }
            writer.append(records.bytes, of: analyzed, terms: terms)
            let segments = writer.segments(of: records.bytes, numberLimit: terms.numberLimit)
            change(Set(analyzed.map(\.partition))) { number, partition in
                for document in analyzed where document.partition == number { partition.remove(document: document.document) }
                partition.add(segments[number] ?? [])
            }
            compact(&writer)
        }
    }

    public func remove(document: Int64, from partition: Int64) {
        writer.withLock { writer in
            guard state.withLock({ $0.partitions[partition] })?.holds(document: document) == true else { return }
            writer.appendRemoval(of: document, from: partition)
            change([partition]) { _, partition in partition.remove(document: document) }
            compact(&writer)
        }
    }

    public func removePartition(_ partition: Int64) {
        writer.withLock { writer in
            guard state.withLock({ $0.partitions.removeValue(forKey: partition) }) != nil else { return }
            writer.appendRemoval(of: partition)
            compact(&writer)
        }
    }

    /// Writes the file anew without the words of what was removed, where there are such.
    public func forgetRemoved() { writer.withLock { compact(&$0, forgets: true) } }

    /// Why the file is no longer written, if so: the next start finds it empty. The index itself lacks nothing.
    public var fileError: LexicalFileError? { writer.withLock { $0.failure } }

    // MARK: Searching

    /// The terms of a text with how often they stand in it.
    public func terms(_ text: String) -> [String: Float] {
        withAnalyzer { Dictionary($0.terms(text).map { ($0, 1) }, uniquingKeysWith: +) }
    }

    /// A query over these partitions alone, with their statistics as they are now.
    /// - Parameter terms: how much each counts, 1 for a word that is asked once; those that count nothing are left out.
    public func query(_ terms: [String: Float], partitions: [Int64]) -> LexicalQuery {
        let wanted = Set(partitions).sorted()
        let counting = terms.filter { $0.value > 0 }
        let (asked, views) = state.withLock { state in
            (
                counting.map { QueryTerm(text: $0.key, count: $0.value, number: state.terms.number(of: $0.key)) },
                wanted.flatMap { state.partitions[$0]?.views ?? [] }
            )
        }
        return LexicalQuery(terms: asked, views: views, scratch: scratch)
    }

    /// The best passages, best first.
    /// - Parameters:
    ///   - partitions: the only ones that are looked at.
    ///   - documents: the only documents that are looked at; nil for all.
    ///   - limit: how many passages at the most.
    public func search(_ text: String, partitions: [Int64], documents: Set<Int64>? = nil, limit: Int) -> [LexicalHit] {
        query(terms(text), partitions: partitions).best(limit, documents: documents)
    }

    /// How many passages can be found.
    public var passageCount: Int { state.withLock { $0.partitions.values.reduce(0) { $0 + $1.passageCount } } }

    /// What is in the index, for its owner to compare with what should be; documents without passages are not.
    public func documents() -> [IndexedDocument] {
        state.withLock { $0.partitions }.flatMap { number, partition in partition.documents(in: number) }
    }

    // MARK: Changes

    /// Changes partitions aside and shows all of them at once.
    private func change(_ numbers: Set<Int64>, _ body: (Int64, inout LexicalPartition) -> Void) {
        var changed = state.withLock { state in numbers.map { ($0, state.partitions[$0] ?? LexicalPartition()) } }
        for index in changed.indices {
            body(changed[index].0, &changed[index].1)
            changed[index].1.tidy()
        }
        let new = changed
        // What was there is let go of when nobody waits for the lock.
        _ = state.withLock { state in
            new.map { number, partition in
                defer { state.partitions[number] = partition.views.isEmpty ? nil : partition }
                return state.partitions[number]
            }
        }
    }

    /// The index's numbers for a document's terms, in the order of the document's own.
    private func numbers(_ terms: TermTable, _ writer: inout LexicalWriter) -> [UInt32] {
        if !state.withLock({ $0.terms.hasRoom(for: terms.count) }) {
            // Moving a large table takes milliseconds, which no search should wait.
            var grown = state.withLock { $0.terms }
            grown.reserve(terms.count)
            let table = grown
            state.withLock { $0.terms = table }
        }
        var numbers: [UInt32] = []
        for first in stride(from: 0, to: terms.numberLimit, by: Self.termsAtOnce) {
            let part = first..<min(first + Self.termsAtOnce, terms.numberLimit)
            let new = state.withLock { state in part.map { number in terms.withTerm(UInt32(number)) { state.terms.insert($0) } } }
            numbers += new.map(\.number)
            writer.newTerms += new.filter(\.isNew).map(\.number)
        }
        return numbers
    }

    private func compact(_ writer: inout LexicalWriter, forgets: Bool = false) {
        guard let terms = writer.compact(state.withLock { $0 }, forgets: forgets) else { return }
        state.withLock { $0.terms = terms }
    }

    private static func lastOfEach(_ documents: [DocumentPassages]) -> [DocumentPassages] {
        var seen: Set<[Int64]> = []
        return documents.reversed().filter { seen.insert([$0.partition, $0.document]).inserted }.reversed()
    }

    /// Analyzers hold a stemmer that one thread at a time may use: each call takes one and gives it back.
    private func withAnalyzer<Result>(_ body: (Analyzer) -> Result) -> Result {
        let analyzer = analyzers.withLock { $0.popLast() }?.value ?? Analyzer()
        let result = body(analyzer)
        let box = UnsafeTransfer(value: analyzer)
        analyzers.withLock { $0.append(box) }
        return result
    }
}

/// Carries a value that is not Sendable between threads that use it one after the other.
private struct UnsafeTransfer<Value>: @unchecked Sendable {
    let value: Value
}
