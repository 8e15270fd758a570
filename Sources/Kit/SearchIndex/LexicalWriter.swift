#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// What the one writer of an index knows: its file, if it has one, and what the file still lacks.
struct LexicalWriter: Sendable {
    /// Passages that were replaced or removed, beside as many live ones, that make compaction worth its time.
    static let compactionPassages = 8_192
    /// Bytes of a block that compaction writes, and a record more.
    private static let blockBytes = 1 << 20
    /// Of the file that compaction makes.
    private static let newSuffix = ".new"

    private var path = ""
    private var file: LexicalFile?
    /// Passages that were written since the last compaction, and removals.
    private var written = 0
    /// The file holds words of what was removed.
    private var hasRemoved = false
    private var builder = SegmentBuilder(numberLimit: 0)
    /// Terms that stand in no block yet.
    var newTerms: [UInt32] = []
    private(set) var failure: LexicalFileError?

    static func open(path: String) throws(LexicalFileError) -> (LexicalIndex.State, LexicalWriter) {
        var writer = LexicalWriter()
        var file = try LexicalFile(path: path)
        unlink(path + newSuffix)
        var log = LexicalLog()
        var isSound = true
        let mapping = try file.read { kind, payload in
            isSound = log.read(kind, payload)
            return isSound
        }
        var state = LexicalIndex.State()
        state.terms = log.terms
        state.terms.findHoles()
        writer.written = log.written
        // What was removed and what was replaced look alike here.
        writer.hasRemoved = log.written > log.live.reduce(0) { $0 + $1.passages }
        writer.builder = SegmentBuilder(numberLimit: state.terms.numberLimit)
        isSound = isSound && withExtendedLifetime(mapping) { writer.build(log.live, into: &state) }
        if !isSound {
            // Whole blocks that say what cannot be: nothing of it is to be believed.
            try file.removeBlocks()
            state = LexicalIndex.State()
            writer = LexicalWriter()
        }
        writer.path = path
        writer.file = file
        return (state, writer)
    }

    private mutating func build(_ records: [DocumentRecord], into state: inout LexicalIndex.State) -> Bool {
        for (number, records) in Dictionary(grouping: records, by: \.partition) {
            guard let segments = builder.segments(of: records) else { return false }
            var partition = LexicalPartition()
            partition.add(segments)
            partition.tidy()
            state.partitions[number] = partition
        }
        return true
    }

    /// The segments, by partition, of records just made.
    mutating func segments(of bytes: [UInt8], numberLimit: Int) -> [Int64: [LexicalSegment]] {
        builder.reserve(numberLimit)
        return bytes.withUnsafeBufferPointer { bytes in
            var reader = ByteReader(bytes)
            var records: [DocumentRecord] = []
            while reader.rest > 0, let record = DocumentRecord(&reader) { records.append(record) }
            return Dictionary(grouping: records, by: \.partition).mapValues { records in
                guard let segments = builder.segments(of: records) else { preconditionFailure("a record that was just made cannot be read") }
                return segments
            }
        }
    }

    // MARK: The file

    /// Appends records, with the terms that no block has yet.
    mutating func append(_ records: [UInt8], of documents: [AnalyzedDocument], terms: TermTable) {
        var payload = ByteWriter()
        Self.write(newTerms, of: terms, to: &payload)
        newTerms = []
        payload.append(records)
        append(.documents, payload.bytes)
        written += documents.reduce(0) { $0 + max(1, $1.passages.count) }
    }

    mutating func appendRemoval(of document: Int64, from partition: Int64) {
        var payload = ByteWriter()
        payload.fixed(partition)
        payload.fixed(document)
        append(.removals, payload.bytes)
        written += 1
        hasRemoved = true
    }

    mutating func appendRemoval(of partition: Int64) {
        var payload = ByteWriter()
        payload.fixed(partition)
        append(.partitionRemovals, payload.bytes)
        written += 1
        hasRemoved = true
    }

    private mutating func append(_ kind: LexicalFileFormat.Kind, _ payload: [UInt8]) {
        do throws(LexicalFileError) { try file?.append(kind, payload) } catch { giveUp(error) }
    }

    /// A file that lacks a change must not be taken for the index later.
    private mutating func giveUp(_ error: LexicalFileError) {
        failure = error
        // reason: a file that cannot even be cut is the one that its owner compares with what should be
        try? file?.removeBlocks()
        file = nil
    }

    private static func write(_ numbers: [UInt32], of terms: TermTable, to payload: inout ByteWriter) {
        payload.fixed(UInt32(numbers.count))
        for number in numbers {
            payload.fixed(number)
            terms.withTerm(number) { term in
                payload.fixed(UInt8(term.count))
                payload.append(term)
            }
        }
    }

    // MARK: Compaction

    /// Leaves out what no longer holds, in a new file that takes the old one's place, where that is most of it.
    /// - Parameter forgets: also where anything was removed.
    /// - Returns: the terms that are still in use; nil where nothing was done.
    mutating func compact(_ state: LexicalIndex.State, forgets: Bool) -> TermTable? {
        let live = state.partitions.values.reduce(0) { $0 + $1.passageCount }
        guard forgets && hasRemoved && file != nil || written - live > max(live, Self.compactionPassages) else { return nil }
        written = live
        var isUsed = [Bool](repeating: false, count: state.terms.numberLimit)
        for view in state.partitions.values.flatMap(\.views) {
            for place in 0..<view.segment.termCount where view.holding(place) > 0 { isUsed[Int(view.segment.terms[place])] = true }
        }
        let terms = state.terms.keeping { isUsed[Int($0)] }
        do throws(LexicalFileError) {
            try rewrite(terms, passages: live)
            hasRemoved = false
            return terms
        } catch {
            // Unless it is damaged the old file still holds; its terms keep their numbers, and it grows as much again before the next try.
            if error == .damaged { giveUp(error) }
            unlink(path + Self.newSuffix)
            return nil
        }
    }

    private mutating func rewrite(_ terms: TermTable, passages: Int) throws(LexicalFileError) {
        guard var old = file else { return }
        var log = LexicalLog()
        let mapping = try old.read { log.read($0, $1) }
        guard log.live.reduce(0, { $0 + $1.passages }) == passages else { throw .damaged }
        unlink(path + Self.newSuffix)
        var new = try LexicalFile(path: path + Self.newSuffix)
        var payload = ByteWriter()
        Self.write(terms.numbers, of: terms, to: &payload)
        for record in log.live {
            payload.append(record.whole)
            guard payload.bytes.count >= Self.blockBytes else { continue }
            try new.append(.documents, payload.bytes)
            payload.removeAll()
            payload.fixed(UInt32(0))
        }
        try new.append(.documents, payload.bytes)
        withExtendedLifetime(mapping) {}
        try new.takePlace(of: path, from: path + Self.newSuffix)
        file = new
    }
}
