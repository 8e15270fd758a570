import Conversation
import JSON

/// Citations of documents that are judged to tell a claim, or its opposite.
struct OwnFigures {
    private var pairs = 0
    private var verified = 0
    private var right = 0

    /// - Parameter isRight: the quoted sentence is one that tells it.
    mutating func add(_ citation: Citation?, _ isRight: Bool) {
        pairs += 1
        if citation?.status == .verified { verified += 1 }
        if isRight { right += 1 }
    }

    var json: JSONValue {
        ["pairs": .number(JSONNumber(pairs)), "right_sentence": Figure.share(right, of: pairs), "verified": Figure.share(verified, of: pairs)]
    }
}

/// Citations of a document that tells a claim, and of another that a search brings and nobody judged, where all of them stand beside each other.
struct ListFigures {
    private var claims = 0
    private var gold = 0
    private var aloneNotVerified = 0
    private var notVerified = 0
    private var moved = (right: 0, wrong: 0)

    /// - Parameters:
    ///   - gold: of the document that tells the claim, cited where others stand beside it.
    ///   - goldNumber: its number there.
    ///   - alone: of another of the list, cited where it stands alone.
    ///   - other: of the same, cited where all stand.
    mutating func add(gold: Citation?, goldNumber: Int, alone: Citation?, other: Citation?) {
        claims += 1
        if gold?.status == .verified { self.gold += 1 }
        if alone?.status != .verified { aloneNotVerified += 1 }
        if other?.status != .verified { notVerified += 1 }
        guard other?.status == .repaired else { return }
        if other?.number == goldNumber { moved.right += 1 } else { moved.wrong += 1 }
    }

    var json: JSONValue {
        [
            "claims": .number(JSONNumber(claims)), "gold_verified": Figure.share(gold, of: claims),
            "another_not_verified": Figure.share(notVerified, of: claims),
            "another_repaired_to_gold": Figure.share(moved.right, of: claims),
            "another_repaired_to_a_third": Figure.share(moved.wrong, of: claims),
            "another_alone_not_verified": Figure.share(aloneNotVerified, of: claims),
        ]
    }
}
