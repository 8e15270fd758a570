/// The pieces of a WordPiece model, found by the bytes of their text.
///
/// One open-addressed table for pieces that begin a word and those that go on with it (`##`), hashed byte by byte, so that all
/// pieces that begin at one place of a word are looked up in one walk over its bytes.
public struct Vocabulary: Sendable {
    public struct Invalid: Error, Hashable, CustomStringConvertible {
        public let description: String
    }

    /// What the walk remembers between bytes.
    struct Prefix {
        var hash: UInt64

        /// FNV-1a; pieces that go on begin from a basis of their own.
        init(continues: Bool) { hash = continues ? 0x84_2233_2531_cb9c_e4 : 0xcbf2_9ce4_8422_2325 }

        mutating func append(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }

    private struct Entry {
        var hash: UInt64 = 0
        /// −1 in an empty place.
        var id: Int32 = -1
        var start: UInt32 = 0
        var count: UInt16 = 0
        var continues = false
    }

    /// A vocabulary of more pieces, or a piece of more bytes, is refused.
    public static let pieceLimit = 1_000_000
    public static let pieceBytesLimit = 512

    private var entries: [Entry]
    private let bytes: [UInt8]
    /// Bytes of the longest piece.
    let longest: Int
    public let count: Int

    /// - Parameter file: `vocab.txt`: a piece a line, whose number is its id.
    public init(_ file: [UInt8]) throws(Invalid) {
        var lines = file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        guard !lines.isEmpty, lines.count <= Self.pieceLimit else {
            throw Invalid(description: "the vocabulary has \(lines.count) lines; 1 to \(Self.pieceLimit) are possible")
        }
        var capacity = 1
        while capacity < lines.count * 2 { capacity *= 2 }
        entries = Array(repeating: Entry(), count: capacity)
        bytes = file
        count = lines.count
        var longest = 0
        for (id, line) in lines.enumerated() {
            var piece = line
            if piece.last == UInt8(ascii: "\r") { piece.removeLast() }
            guard piece.count <= Self.pieceBytesLimit else {
                throw Invalid(description: "line \(id + 1) of the vocabulary has \(piece.count) bytes")
            }
            let continues = piece.count > 2 && piece.starts(with: [UInt8(ascii: "#"), UInt8(ascii: "#")])
            if continues { piece.removeFirst(2) }
            longest = max(longest, piece.count)
            var prefix = Prefix(continues: continues)
            for byte in piece { prefix.append(byte) }
            var place = Int(truncatingIfNeeded: prefix.hash) & (capacity - 1)
            while entries[place].id >= 0 { place = (place + 1) & (capacity - 1) }
            entries[place] = Entry(
                hash: prefix.hash, id: Int32(id), start: UInt32(piece.startIndex), count: UInt16(piece.count), continues: continues)
        }
        self.longest = longest
    }

    /// The id of the piece with these bytes; where a file names one twice, the first.
    func id(_ prefix: Prefix, of piece: UnsafeBufferPointer<UInt8>.SubSequence, continues: Bool) -> Int32? {
        var place = Int(truncatingIfNeeded: prefix.hash) & (entries.count - 1)
        while entries[place].id >= 0 {
            let entry = entries[place]
            if entry.hash == prefix.hash, entry.continues == continues, Int(entry.count) == piece.count,
                bytes[Int(entry.start)..<Int(entry.start) + piece.count].elementsEqual(piece)
            {
                return entry.id
            }
            place = (place + 1) & (entries.count - 1)
        }
        return nil
    }

    /// The id of a whole piece by its text, such as `[CLS]`.
    public func id(of text: String) -> Int32? {
        Array(text.utf8).withUnsafeBufferPointer { bytes in
            var prefix = Prefix(continues: false)
            for byte in bytes { prefix.append(byte) }
            return id(prefix, of: bytes[...], continues: false)
        }
    }
}
