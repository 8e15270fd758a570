import Conversation
import JSON
import TestSupport
import TimeOrdered

/// Sources made of sentences such as documents hold.
enum SampleSources {
    /// No two of them share a telling word.
    static let sentences = [
        "Hold the reset button for ten seconds.", "A light blinks twice while booting.", "Forwarding rules survive every restart.",
        "The factory image does not keep passwords!", "Is the cable, e.g. a blue one, plugged in?", "Version 2.4 needs 512 MB of memory.",
        "See [this manual](https://example.com) for array[3] and [12].", "Use `wipe --hard` with great care.", "An orange 🍊 lamp means trouble…",
        "設定は自動で保存されます。", "The vendor wrote “never unplug it.”", "Ports 80, 443 and 8080 stay open", "It ships with Dr. Smith's firmware.",
    ]

    static func source(_ number: Int, _ content: String) -> Source {
        let id = UUIDv7(high: 1, low: UInt64(number))
        return Source(
            number: number, chunkID: id, document: .init(id: id, title: "T", filename: nil, mediaType: "text/plain"), metadata: [:],
            content: content, sectionHeading: nil, sectionAnchor: nil, page: nil, start: 100, end: 100 + content.unicodeScalars.count, score: 1)
    }

    static func random(_ random: inout SeededRandom) -> [Source] {
        (0..<Int.random(in: 1...5, using: &random)).map { index in
            let parts = (0..<Int.random(in: 1...5, using: &random)).map { _ in sentences.randomElement(using: &random) ?? "" }
            return source(index + 1, parts.joined(separator: [" ", "\n\n", " \n"].randomElement(using: &random) ?? " "))
        }
    }
}

extension String {
    /// The text cut at random places, also within a character.
    func pieces(_ random: inout SeededRandom) -> [String] {
        var pieces: [String] = []
        var rest = Array(unicodeScalars)[...]
        while !rest.isEmpty {
            let size = Int.random(in: 0...6, using: &random)
            var piece = String.UnicodeScalarView()
            piece.append(contentsOf: rest.prefix(size))
            pieces.append(String(piece))
            rest = rest.dropFirst(size)
        }
        return pieces
    }

    var collapsed: String { split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
