import Conversation
import SearchIndex
import TestSupport
import Testing

/// The part of a message that is shown where it was found.
struct SnippetTests {
    private let limit = ConversationQuery.snippetLimit

    private func snippet(_ query: String, _ text: String) throws -> String { try ConversationQuery(query).snippet(of: text) }

    private func filler(_ count: Int, _ word: String = "filler") -> String { Array(repeating: word, count: count).joined(separator: " ") }

    @Test func aShortTextIsShownWhole() throws {
        #expect(try snippet("loquat", "A loquat is a fruit.") == "A loquat is a fruit.")
        #expect(try snippet("loquat", "  A\n\n\tloquat \u{0} is\r\na fruit. ") == "A loquat is a fruit.")
        #expect(try snippet("loquat", "") == "")
        let whole = String(repeating: "x", count: limit)
        #expect(try snippet("loquat", whole) == whole)
    }

    @Test func itShowsWhatWasFoundWithWhatStandsAround() throws {
        let shown = try snippet("loquats", "\(filler(100)) then a loquat tree \(filler(100))")
        #expect(shown.hasPrefix("…filler ") && shown.hasSuffix(" filler…"))
        #expect(shown.contains(" filler then a loquat tree filler "))
        #expect(shown.unicodeScalars.count <= limit && shown.unicodeScalars.count > limit - 20)
        #expect(shown.split(separator: " ").allSatisfy { ["filler", "…filler", "filler…", "then", "a", "loquat", "tree"].contains($0) })
    }

    @Test func mostWordsTogetherWinAndTheFirstOfThose() throws {
        let text = "one loquat \(filler(60)) a second loquat tree grows \(filler(60)) a third loquat tree grows \(filler(60))"
        let both = try snippet("loquat tree", text)
        #expect(both.contains("second loquat tree") && !both.contains("third"))
        let one = try snippet("loquat", text)
        #expect(one.hasPrefix("one loquat filler") && one.hasSuffix("…"))
        // Often the same word is not more than once two.
        let repeated = try snippet("loquat tree", "\(filler(20, "loquat")) \(filler(60)) the only tree by a loquat")
        #expect(repeated.hasSuffix("the only tree by a loquat") && repeated.hasPrefix("…"))
    }

    @Test func whereNothingIsFoundItIsTheBeginning() throws {
        let shown = try snippet("pear", "Start \(filler(100))")
        #expect(shown.hasPrefix("Start filler") && shown.hasSuffix(" filler…"))
        #expect(try snippet("the", filler(100)).hasPrefix("filler filler"))
    }

    @Test func theEndOfATextIsShownWithoutAMark() throws {
        let shown = try snippet("loquat", "\(filler(100)) loquat.")
        #expect(shown.hasPrefix("…filler") && shown.hasSuffix(" loquat."))
        #expect(shown.unicodeScalars.count > limit - 20)
    }

    @Test func endlessWordsAreCutWithin() throws {
        let endless = String(repeating: "z", count: 5_000)
        let shown = try snippet("loquat", "\(endless) loquat \(endless)")
        #expect(shown.contains("z loquat z") && shown.hasPrefix("…z") && shown.hasSuffix("z…"))
        #expect(shown.unicodeScalars.count <= limit)
        // The word itself has no room.
        #expect(try snippet(endless.prefix(900).description, "a \(endless) b").unicodeScalars.count <= limit)
    }

    @Test func chineseIsCutAnywhere() throws {
        let shown = try snippet("枇杷", String(repeating: "中文", count: 300) + "枇杷" + String(repeating: "字", count: 300))
        #expect(shown.contains("文枇杷字") && shown.hasPrefix("…") && shown.hasSuffix("字…"))
        #expect(shown.unicodeScalars.count > limit - 5 && shown.unicodeScalars.count <= limit)
    }

    @Test func aCharacterLargerThanASnippetIsNotShownInPart() throws {
        let monster = "e" + String(repeating: "\u{301}", count: 10_000)
        for text in [monster, "\(monster) pear", "pear \(monster)", "a pear \(monster) \(filler(50))"] {
            let shown = try snippet("pear", text)
            #expect(shown.unicodeScalars.count <= limit)
            #expect(!shown.unicodeScalars.contains("\u{301}"))
        }
        #expect(try snippet("pear", "\(monster) pear") == "…pear")
        #expect(try snippet("pear", monster) == "…")
    }

    @Test func aTextThatIsLongerThanWhatIsSearchedGoesOn() throws {
        let shown = try snippet("pear", String(repeating: " ", count: SearchableText.byteLimit) + "pear")
        #expect(shown == "…")
    }

    @Test func ofALongTextItIsAPartNearItsFirstTerm() throws {
        let long = filler(10_000)
        for around in [long, filler(10_000, "Déjà"), filler(10_000, "“loft”")] {
            let shown = try snippet("loquats tree", "\(around) then Loquat trees \(around) and another loquat \(around)")
            #expect(shown.contains(" then Loquat trees ") && shown.hasPrefix("…") && shown.hasSuffix("…") && !shown.contains("another"))
            #expect(shown.unicodeScalars.count <= limit && shown.unicodeScalars.count > limit - 20)
        }
        #expect(try snippet("loquat", "\(long) loquat.").hasSuffix(" filler loquat."))
        #expect(try snippet("loquat", "Loquat \(long)").hasPrefix("Loquat filler"))
        #expect(try snippet("pear", "Start \(long)").hasPrefix("Start filler"))
        #expect(try snippet("die", "\(long) is dying \(long)").contains(" is dying "))
        let chinese = try snippet("枇杷", String(repeating: "中文", count: 10_000) + "枇杷" + String(repeating: "字", count: 10_000))
        #expect(chinese.contains("文枇杷字") && chinese.hasPrefix("…") && chinese.hasSuffix("字…"))
    }

    @Test func manyAreMadeAsOneIs() throws {
        let query = try ConversationQuery("loquat")
        let texts = ["A loquat.", "\(filler(10_000)) loquat.", "", "\(filler(100)) loquat tree \(filler(100))"]
        #expect(query.snippets(of: texts) == texts.map { query.snippet(of: $0) })
    }

    /// Characters stay whole, wherever the cut falls.
    @Test func noCharacterIsSplit() throws {
        var random = SeededRandom(seed: 11)
        let units = ["a", "bc", "e\u{301}", "👩‍👩‍👧", "文", "字", "🇫🇷", "\u{1F44D}\u{1F3FD}", "क्षि", "loquat", " ", " ", ".", "-"]
        for _ in 0..<300 {
            let joined = (0..<Int.random(in: 1...400, using: &random)).map { _ in units.randomElement(using: &random) ?? "" }.joined()
            let text = joined.split(separator: " ").joined(separator: " ")
            let shown = try snippet("loquat 文字", text)
            #expect(shown.unicodeScalars.count <= limit)
            var inner = Array(shown)
            if inner.first == "…" { inner.removeFirst() }
            if inner.last == "…" { inner.removeLast() }
            let places = Array(text)
            #expect(inner.isEmpty || places.firstRange(of: inner) != nil, "\(shown) of \(text)")
            let isFound = Analyzer().placedTerms(text).contains { ["loquat", "文字"].contains($0.term) }
            if isFound { #expect(shown.contains("loquat") || shown.contains("文字"), "\(shown) of \(text)") }
        }
    }
}
