/// Vectors of words for tests: the same for words that mean the same, and nearly orthogonal for all others.
package enum WordHash {
    package static let dimensions = 256

    private static let meanings = ["keep": "hold", "reboot": "reset", "key": "button", "moments": "seconds", "lamp": "light", "flashes": "blinks"]

    /// Parted at white space and punctuation, each mark a word.
    package static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        func end() {
            if !word.isEmpty { words.append(word) }
            word = ""
        }
        for scalar in text.lowercased().unicodeScalars {
            if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                word.unicodeScalars.append(scalar)
            } else {
                end()
                if !scalar.properties.isWhitespace { words.append(String(scalar)) }
            }
        }
        end()
        return words
    }

    /// Of length 1.
    package static func vector(_ word: String) -> [Float] {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in (meanings[word] ?? word).utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        var random = SeededRandom(seed: hash)
        let size = 1 / Float(dimensions).squareRoot()
        return (0..<dimensions).map { _ in Bool.random(using: &random) ? size : -size }
    }
}
