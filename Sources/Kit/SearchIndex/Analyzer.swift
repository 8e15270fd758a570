internal import CStemmer

/// Turns text into index terms: words in lower case, without English stop words, stemmed by Snowball's English stemmer; runs of
/// Chinese, Japanese and Korean characters become overlapping pairs. Not thread-safe: make one for each thread.
public final class Analyzer {
    /// Words longer than this are cut: nobody searches for them, and hostile text is full of them.
    public static let wordLimit = 64

    private static let cacheLimit = 50_000

    private let stemmer: OpaquePointer
    private var stems: [String: String] = [:]

    public init() {
        guard let stemmer = sb_stemmer_new("english", "UTF_8") else { preconditionFailure("libstemmer has no English stemmer") }
        self.stemmer = stemmer
    }

    deinit { sb_stemmer_delete(stemmer) }

    /// The terms of a text in their order, repeated as they repeat.
    public func terms(_ text: String) -> [String] {
        var result: [String] = []
        eachWord(of: text) { word, _ in
            guard !StopWords.english.contains(word) else { return }
            result.append(stem(word))
        }
        return result
    }

    /// Whether a word, in lower case, carries no topic.
    public static func isStopWord(_ word: String) -> Bool { StopWords.english.contains(word) }

    /// The words of a text in lower case, with no word left out and no stemming.
    public func words(_ text: String) -> [String] {
        var result: [String] = []
        eachWord(of: text) { word, _ in result.append(word) }
        return result
    }

    func stem(_ word: String) -> String {
        if let known = stems[word] { return known }
        if stems.count >= Self.cacheLimit { stems.removeAll(keepingCapacity: true) }
        var copy = word
        let stemmed = copy.withUTF8 { bytes -> String in
            guard let result = sb_stemmer_stem(stemmer, bytes.baseAddress, Int32(bytes.count)) else { return word }
            let length = Int(sb_stemmer_length(stemmer))
            return String(decoding: UnsafeBufferPointer(start: result, count: length), as: UTF8.self)
        }
        stems[word] = stemmed
        return stemmed
    }

    /// - Parameter body: told each word, and where in the text it stands, in Unicode scalars.
    func eachWord(of text: String, _ body: (String, Range<Int>) -> Void) {
        var word: [UInt8] = []
        var previousIdeograph: Unicode.Scalar?
        var start = 0
        var offset = 0
        func flush() {
            var end = offset
            if word.last == UInt8(ascii: "'") {
                word.removeLast()
                end -= 1
            }
            if !word.isEmpty { body(String(decoding: word.prefix(Self.wordLimit), as: UTF8.self), start..<end) }
            word.removeAll(keepingCapacity: true)
        }
        for scalar in text.unicodeScalars {
            defer { offset += 1 }
            if word.isEmpty { start = offset }
            if scalar.isIdeograph {
                flush()
                if let previous = previousIdeograph {
                    body(String(previous) + String(scalar), offset - 1..<offset + 1)
                } else {
                    body(String(scalar), offset..<offset + 1)
                }
                previousIdeograph = scalar
                continue
            }
            previousIdeograph = nil
            let value = scalar.value
            switch value {
            case 48...57, 97...122: word.append(UInt8(value))
            case 65...90: word.append(UInt8(value + 32))
            case 39, 0x2019: if !word.isEmpty { word.append(UInt8(ascii: "'")) }
            case 0..<128: flush()
            default:
                let isMark = scalar.properties.generalCategory == .nonspacingMark && !word.isEmpty
                if isMark || scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                    word.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
                } else {
                    flush()
                }
            }
        }
        flush()
    }
}

extension Unicode.Scalar {
    /// Written without spaces between words: Han, Hiragana, Katakana, Hangul.
    var isIdeograph: Bool {
        switch value {
        case 0x3040...0x30ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xac00...0xd7af, 0xf900...0xfaff, 0x20000...0x3ffff: true
        default: false
        }
    }
}
