/// A passage to index.
public struct IndexedPassage: Sendable {
    /// The caller's own name for the passage, unique in the index.
    public let key: Int64
    public let title: String
    public let heading: String
    public let body: String

    public init(key: Int64, title: String, heading: String, body: String) {
        self.key = key
        self.title = title
        self.heading = heading
        self.body = body
    }
}

/// A document to index: all its passages.
public struct DocumentPassages: Sendable {
    public let partition: Int64
    /// The caller's own name for the document, unique in the partition.
    public let document: Int64
    public let passages: [IndexedPassage]

    public init(partition: Int64, document: Int64, passages: [IndexedPassage]) {
        self.partition = partition
        self.document = document
        self.passages = passages
    }
}

/// A document that is in the index, with what tells whether it is still the caller's.
public struct IndexedDocument: Hashable, Sendable {
    public let partition: Int64
    public let document: Int64
    public private(set) var passages = 0
    public private(set) var fingerprint = KeyFingerprint()

    mutating func add(_ keys: UnsafeBufferPointer<Int64>) {
        passages += keys.count
        for key in keys { fingerprint.add(key) }
    }

    init(partition: Int64, document: Int64) {
        self.partition = partition
        self.document = document
    }
}

/// Sets of passage keys are the same where their fingerprints are, whatever their order; by chance others have it in one of 2^64 cases.
public struct KeyFingerprint: Hashable, Sendable {
    private var sum: UInt64 = 0

    public init(_ keys: some Sequence<Int64> = []) { for key in keys { add(key) } }

    /// SplitMix64's last step makes keys that differ little differ much.
    mutating func add(_ key: Int64) {
        var mixed = UInt64(bitPattern: key) &+ 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        sum &+= mixed ^ (mixed >> 31)
    }
}

/// A passage that was found.
public struct LexicalHit: Hashable, Sendable {
    public let key: Int64
    public let document: Int64
    /// BM25, unbounded; comparable within one search only.
    public let score: Double
    /// The share of the query's weight (inverse document frequencies) whose terms stand in the passage, 0–1.
    public let coverage: Double
    /// The same among the terms that stand in any passage at all, 0–1.
    public let knownCoverage: Double
    /// How many different terms of the query stand in the passage.
    public let matchedTerms: Int
}
