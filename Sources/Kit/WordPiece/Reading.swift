/// A text on its way to ids: the word that is being read, folded, and the ids before it.
struct Reading {
    private let vocabulary: Vocabulary
    private let unknown: Int32
    private let limit: Int
    private var word: [UInt8] = []
    private var characters = 0
    var ids: [Int32]
    /// The words behind the ids; nil where nobody asks for them.
    var words: [WordPieceText.Word]?

    var isFull: Bool { ids.count >= limit }

    init(vocabulary: Vocabulary, unknown: Int32, limit: Int, ids: [Int32], keepsWords: Bool = false) {
        self.vocabulary = vocabulary
        self.unknown = unknown
        self.limit = limit
        self.ids = ids
        words = keepsWords ? [] : nil
        word.reserveCapacity(4 * WordPieceTokenizer.wordLimit)
    }

    mutating func take(ascii byte: UInt8) {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): append(byte)
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): append(byte | 0x20)
        case 0x20, 0x09, 0x0A, 0x0D: endWord()
        case 0..<0x20, 0x7F: break
        default:
            endWord()
            append(byte)
            endWord()
        }
    }

    mutating func take(_ scalar: Unicode.Scalar) {
        let kind = BasicText.first(scalar)
        switch kind {
        case .dropped: return
        case .space: endWord()
        case .alone, .letter:
            if kind == .alone { endWord() }
            BasicText.fold(scalar) { folded, kind in
                if kind == .alone { endWord() }
                append(folded)
                if kind == .alone { endWord() }
            }
            if kind == .alone { endWord() }
        }
    }

    /// A token that the text writes out.
    mutating func take(special id: Int32, _ text: [UInt8]) {
        endWord()
        words?.append(WordPieceText.Word(text: String(decoding: text, as: UTF8.self), tokens: ids.count..<ids.count + 1))
        ids.append(id)
    }

    private mutating func append(_ byte: UInt8) {
        characters += 1
        if characters <= WordPieceTokenizer.wordLimit { word.append(byte) }
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        characters += 1
        if characters <= WordPieceTokenizer.wordLimit { word.append(contentsOf: UTF8.encode(scalar) ?? .init()) }
    }

    mutating func endWord() {
        guard characters > 0 else { return }
        let first = ids.count
        if characters > WordPieceTokenizer.wordLimit { ids.append(unknown) } else { cut() }
        words?.append(WordPieceText.Word(text: String(decoding: word, as: UTF8.self), tokens: first..<ids.count))
        word.removeAll(keepingCapacity: true)
        characters = 0
    }

    private mutating func cut() {
        let before = ids.count
        let isKnown = word.withUnsafeBufferPointer { word in
            var start = 0
            while start < word.count {
                var prefix = Vocabulary.Prefix(continues: start > 0)
                var best: (end: Int, id: Int32)?
                for end in start..<min(word.count, start + vocabulary.longest) {
                    prefix.append(word[end])
                    if let id = vocabulary.id(prefix, of: word[start...end], continues: start > 0) { best = (end + 1, id) }
                }
                guard let best else { return false }
                ids.append(best.id)
                start = best.end
            }
            return true
        }
        if !isKnown {
            ids.removeLast(ids.count - before)
            ids.append(unknown)
        }
    }
}
