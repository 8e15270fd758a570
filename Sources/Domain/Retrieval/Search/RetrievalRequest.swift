package import Access
package import Conversation
import JSON

/// What is asked of the library.
package struct RetrievalRequest: Sendable {
    package enum Mode: String, Sendable, Codable, CaseIterable {
        case hybrid, dense, lexical
    }

    /// The most passages that one request may ask for.
    package static let limits = 1...20

    package let query: String
    /// What the same person said before in this conversation, oldest first: the query may lean on it.
    package let earlier: [String]
    /// What a model takes the query to mean in this conversation.
    package let rewritten: String?
    package let asker: Asker
    package let collectionID: CollectionID?
    package let filters: MetadataFilters
    /// Documents with this creator are preferred: the narrowest scope.
    package let creator: String?
    package let topK: Int
    package let mode: Mode

    package init(
        query: String, earlier: [String] = [], rewritten: String? = nil, asker: Asker, collectionID: CollectionID? = nil,
        filters: MetadataFilters = .init(),
        creator: String? = nil,
        topK: Int = 5, mode: Mode = .hybrid
    ) {
        self.query = query
        self.earlier = earlier
        self.rewritten = rewritten
        self.asker = asker
        self.collectionID = collectionID
        self.filters = filters
        self.creator = creator
        self.topK = topK
        self.mode = mode
    }
}

/// What was found, best first, numbered from 1.
package struct RetrievalResult: Sendable {
    package let sources: [Source]
    package let tier: CascadeTier
    /// How sure it is that the sources hold an answer, 0–1.
    package let evidence: Double
    /// There were documents to search, and they hold no answer.
    package let isUnknown: Bool
    package let searchMilliseconds: Double
    /// Where the sources were found.
    package let partitions: [Int64]

    package init(
        sources: [Source], tier: CascadeTier, evidence: Double, isUnknown: Bool, searchMilliseconds: Double, partitions: [Int64]
    ) {
        self.partitions = partitions
        self.evidence = evidence
        self.isUnknown = isUnknown
        self.sources = sources
        self.tier = tier
        self.searchMilliseconds = searchMilliseconds
    }
}

package enum RetrievalError: Error, Sendable, Hashable {
    case noSuchCollection
    /// The search asked for needs an index that is not configured.
    case modeUnavailable(RetrievalRequest.Mode)
}
