/// A document's postings, passage by passage, as they stand in the file and as segments are built from them:
///
///     partition, document (Int64), part, passages (UInt32), bytes of the body (UInt64)
///     body: for each passage, by rising key:  key (Int64), length, number of terms (varints); for each term, by rising number:
///           (number − the one before − 1) × 2, + 1 where the frequency follows because it is not 1 (varints)
struct DocumentRecord {
    /// Passages of a record; a document of more has several, behind each other, with rising part.
    static let passageLimit = 32_768
    static let headerBytes = 32

    let partition: Int64
    let document: Int64
    let part: UInt32
    let passages: Int
    /// All of it as it stands in the file.
    let whole: UnsafeBufferPointer<UInt8>

    private var body: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: whole[Self.headerBytes...]) }

    /// Nil where what follows is no record.
    init?(_ reader: inout ByteReader) {
        let start = reader
        partition = reader.fixed(Int64.self)
        document = reader.fixed(Int64.self)
        part = reader.fixed(UInt32.self)
        passages = Int(reader.fixed(UInt32.self))
        let bytes = reader.fixed(UInt64.self)
        guard !reader.isOverrun, passages <= Self.passageLimit, bytes <= UInt64(reader.rest) else { return nil }
        _ = reader.take(Int(bytes))
        var again = start
        whole = again.take(Self.headerBytes + Int(bytes))
    }

    /// Goes through the postings; false where they are not what they should be.
    @inline(__always)
    func forEach(
        passage: (_ key: Int64, _ length: UInt32) -> Void, posting: (_ term: UInt32, _ frequency: UInt32) -> Void
    ) -> Bool {
        guard passages > 0 else { return true }
        var reader = ByteReader(body)
        for _ in 0..<passages {
            let key = reader.fixed(Int64.self)
            let length = UInt32(truncatingIfNeeded: reader.varint())
            let terms = reader.varint()
            guard !reader.isOverrun else { return false }
            passage(key, length)
            var next: UInt64 = 0
            for _ in 0..<terms {
                let step = reader.varint()
                let frequency = step & 1 == 0 ? 1 : reader.varint()
                let term = next &+ step >> 1
                guard !reader.isOverrun, term < UInt64(UInt32.max) else { return false }
                posting(UInt32(truncatingIfNeeded: term), UInt32(truncatingIfNeeded: frequency))
                next = term &+ 1
            }
        }
        return reader.rest == 0
    }

    /// Appends the records of a document.
    /// - Parameter numbers: of the document's own numbers of terms.
    static func write(_ document: AnalyzedDocument, numbers: [UInt32], to writer: inout ByteWriter) {
        let passages = document.passages.sorted { $0.key < $1.key }
        var part: UInt32 = 0
        repeat {
            let some = passages.dropFirst(Int(part) * passageLimit).prefix(passageLimit)
            var body = ByteWriter()
            for passage in some { write(passage, numbers, to: &body) }
            writer.fixed(document.partition)
            writer.fixed(document.document)
            writer.fixed(part)
            writer.fixed(UInt32(some.count))
            writer.fixed(UInt64(body.bytes.count))
            writer.append(body.bytes)
            part += 1
        } while Int(part) * passageLimit < passages.count
    }

    private static func write(_ passage: AnalyzedDocument.Passage, _ numbers: [UInt32], to body: inout ByteWriter) {
        body.fixed(passage.key)
        body.varint(UInt64(passage.length))
        body.varint(UInt64(passage.terms.count))
        var next: UInt64 = 0
        for term in passage.terms.map({ (number: UInt64(numbers[Int($0.number)]), frequency: $0.frequency) }).sorted(by: { $0.number < $1.number }) {
            body.varint((term.number - next) << 1 | (term.frequency == 1 ? 0 : 1))
            if term.frequency != 1 { body.varint(UInt64(term.frequency)) }
            next = term.number + 1
        }
    }
}
