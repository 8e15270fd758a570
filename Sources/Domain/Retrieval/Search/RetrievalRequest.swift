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
    package let asker: Asker
    package let collectionID: CollectionID?
    package let filters: MetadataFilters
    /// Documents with this creator are preferred: the narrowest scope.
    package let creator: String?
    package let topK: Int
    package let mode: Mode

    package init(
        query: String, asker: Asker, collectionID: CollectionID? = nil, filters: MetadataFilters = .init(), creator: String? = nil,
        topK: Int = 5, mode: Mode = .hybrid
    ) {
        self.query = query
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
    /// There were documents to search, and not a word of the question in them.
    package let isUnknown: Bool
    package let searchMilliseconds: Double

    package init(sources: [Source], tier: CascadeTier, isUnknown: Bool, searchMilliseconds: Double) {
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
