import Retrieval

/// What tells sentences of nearly the same words apart: which month, which unit, above or below, and which number stands with what.
struct Specifics {
    /// Words that exclude each other: a set a line, its members set apart by strokes, each in its forms.
    private static let exclusive = """
        january|february|march|april|may|june|july|august|september|october|november|december
        monday mondays|tuesday tuesdays|wednesday wednesdays|thursday thursdays|friday fridays|saturday saturdays|sunday sundays
        second seconds|minute minutes|hour hours hourly|day days daily|week weeks weekly|month months monthly|year years yearly annual annually
        first|second|third|fourth|fifth|last
        under below beneath|over above exceeding
        before|after
        minimum least min|maximum most max
        must|may
        half|full
        paid|unpaid
        mandatory required compulsory|optional voluntary
        allowed permitted|forbidden prohibited
        increase increases increased increasing|decrease decreases decreased decreasing
        higher|lower
        larger bigger|smaller
        longer|shorter
        earlier|later
        always|never
        left|right
        north northern|south southern|east eastern|west western
        enable enables enabled|disable disables disabled
        open opens opened|close closes closed
        euro euros|dollar dollars|pound pounds
        """
    private static let members: [String: [(set: Int, member: Int)]] = {
        var members: [String: [(set: Int, member: Int)]] = [:]
        for (set, line) in exclusive.split(separator: "\n").enumerated() {
            for (member, forms) in line.split(separator: "|").enumerated() {
                for form in forms.split(separator: " ") { members[String(form), default: []].append((set, member)) }
            }
        }
        return members
    }()

    /// By set, the members that are named.
    private let named: [Int: Set<Int>]
    private let numbers: [String]
    private let terms: [String]

    /// - Parameters:
    ///   - words: in lower case, stop words among them.
    ///   - terms: in the text's order.
    init(words: [String], terms: [String], figures: Figures) {
        named = words.reduce(into: [:]) { named, word in
            for (set, member) in Self.members[word] ?? [] { named[set, default: []].insert(member) }
        }
        numbers = figures.sequence
        self.terms = terms.filter { !$0.unicodeScalars.contains { "0"..."9" ~= $0 } }
    }

    /// Whether two sentences of nearly the same words say different things by them: each names what excludes what the other names, or the
    /// same numbers stand with other words.
    func exclude(_ other: Specifics) -> Bool {
        for (set, members) in named {
            guard let others = other.named[set] else { continue }
            if !members.isSubset(of: others), !others.isSubset(of: members) { return true }
        }
        let (own, theirs) = Self.common(numbers, other.numbers)
        guard own != theirs else { return false }
        let words = Self.common(terms, other.terms)
        return words.0 == words.1
    }

    /// Those that stand once in both, in the order of each.
    private static func common(_ one: [String], _ other: [String]) -> ([String], [String]) {
        let shared = once(one).intersection(once(other))
        return (one.filter(shared.contains), other.filter(shared.contains))
    }

    private static func once(_ words: [String]) -> Set<String> {
        var (once, more): (Set<String>, Set<String>) = ([], [])
        for word in words where !once.insert(word).inserted { more.insert(word) }
        return once.subtracting(more)
    }
}
