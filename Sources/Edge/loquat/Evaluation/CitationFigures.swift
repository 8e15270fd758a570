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

/// Citations of documents that a search brings and nobody judged: most of them do not tell the claim.
struct OtherFigures {
    private var shares: [Double] = []
    private var randomVerified = 0
    private var moved = (right: 0, wrong: 0)

    /// - Parameters:
    ///   - verified: of each such document, cited alone.
    ///   - random: the one among them that is cited beside the others and the right one.
    ///   - gold: the right one's number there.
    mutating func add(_ verified: [Bool], at random: Int, among citation: Citation?, gold: Int) {
        shares.append(Double(verified.count { !$0 }) / Double(verified.count))
        if verified[random] { randomVerified += 1 }
        guard citation?.status == .repaired else { return }
        if citation?.number == gold { moved.right += 1 } else { moved.wrong += 1 }
    }

    var json: JSONValue {
        [
            "claims": .number(JSONNumber(shares.count)), "not_verified_mean": Figure.rounded(Figure.mean(shares)),
            "not_verified_random": Figure.share(shares.count - randomVerified, of: shares.count),
            "repaired_to_the_right_one": Figure.share(moved.right, of: shares.count),
            "repaired_to_a_wrong_one": Figure.share(moved.wrong, of: shares.count),
        ]
    }
}
