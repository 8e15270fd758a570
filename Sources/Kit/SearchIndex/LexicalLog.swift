/// What the blocks of a file say when they are read one after the other: the terms, and the records that still hold.
struct LexicalLog {
    /// Numbers that may be left out between two terms.
    private static let holeLimit = 1 << 24

    private(set) var terms = TermTable()
    /// Passages that were ever written, and removals.
    private(set) var written = 0
    private var records: [DocumentRecord] = []
    private var isLive: [Bool] = []
    /// Of each partition's documents, the place of the first record.
    private var places: [Int64: [Int64: Int]] = [:]

    /// The records that hold, in the order in which they were written.
    var live: [DocumentRecord] { records.indices.filter { isLive[$0] && records[$0].passages > 0 }.map { records[$0] } }

    /// False where the payload is not what it should be.
    mutating func read(_ kind: LexicalFileFormat.Kind, _ payload: UnsafeBufferPointer<UInt8>) -> Bool {
        guard !payload.isEmpty else { return false }
        var reader = ByteReader(payload)
        switch kind {
        case .documents: return readTerms(&reader) && readRecords(&reader)
        case .removals:
            while reader.rest > 0 {
                let partition = reader.fixed(Int64.self)
                remove(document: reader.fixed(Int64.self), from: partition)
                written += 1
            }
        case .partitionRemovals:
            while reader.rest > 0 {
                for place in (places.removeValue(forKey: reader.fixed(Int64.self)) ?? [:]).values { removeRecords(from: place) }
                written += 1
            }
        }
        return !reader.isOverrun
    }

    private mutating func readTerms(_ reader: inout ByteReader) -> Bool {
        for _ in 0..<reader.fixed(UInt32.self) {
            let number = reader.fixed(UInt32.self)
            let length = reader.fixed(UInt8.self)
            let term = reader.take(Int(length))
            guard !reader.isOverrun, Int(number) <= terms.numberLimit + Self.holeLimit, terms.restore(term, number: number) else { return false }
        }
        return !reader.isOverrun
    }

    private mutating func readRecords(_ reader: inout ByteReader) -> Bool {
        while reader.rest > 0 {
            guard let record = DocumentRecord(&reader) else { return false }
            if record.part == 0 {
                remove(document: record.document, from: record.partition)
                places[record.partition, default: [:]][record.document] = records.count
            }
            records.append(record)
            isLive.append(true)
            written += max(1, record.passages)
        }
        return true
    }

    private mutating func remove(document: Int64, from partition: Int64) {
        if let place = places[partition]?.removeValue(forKey: document) { removeRecords(from: place) }
    }

    /// A document's further parts stand behind its first.
    private mutating func removeRecords(from first: Int) {
        var place = first
        repeat {
            isLive[place] = false
            place += 1
        } while place < records.count && records[place].part > 0
    }
}
