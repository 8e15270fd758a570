package import JSON
package import TimeOrdered

/// A passage as an answer saw it. It is frozen into the turn before the first token: what happens to the document later changes
/// nothing here.
package struct Source: Sendable, Hashable, Codable {
    package struct Document: Sendable, Hashable, Codable {
        package let id: UUIDv7
        package let title: String
        package let filename: String?
        package let mediaType: String

        package init(id: UUIDv7, title: String, filename: String?, mediaType: String) {
            self.id = id
            self.title = title
            self.filename = filename
            self.mediaType = mediaType
        }
    }

    /// How many characters `summary` may have.
    package static let summaryLimit = 200

    /// From 1, in the order in which the answer's author saw them.
    package var number: Int
    package let chunkID: UUIDv7
    package let document: Document
    package let title: String
    package let slug: String?
    package let creatorName: String?
    package let topicCategory: String?
    package let summary: String
    package let content: String
    package let sectionHeading: String?
    package let sectionAnchor: String?
    package let page: Int?
    /// Where `content` stands in the document's text, in Unicode scalars.
    package let start: Int
    package let end: Int
    package let score: Double
    /// Where `content` was joined of several parts, where each begins and on what page; known while the answer is written.
    package var parts: [Part] = []

    /// Where a part begins in the document's text.
    package struct Part: Sendable, Hashable {
        package let page: Int?
        package let start: Int

        package init(page: Int?, start: Int) {
            self.page = page
            self.start = start
        }
    }

    private enum CodingKeys: CodingKey {
        case number, chunkID, document, title, slug, creatorName, topicCategory, summary, content, sectionHeading, sectionAnchor, page, start, end
        case score
    }

    package init(
        number: Int, chunkID: UUIDv7, document: Document, metadata: JSONObject, content: String, sectionHeading: String?,
        sectionAnchor: String?, page: Int?, start: Int, end: Int, score: Double
    ) {
        self.number = number
        self.chunkID = chunkID
        self.document = document
        title = document.title
        slug = metadata["slug"]?.string
        creatorName = metadata["creator"]?.string
        topicCategory = metadata["topic_category"]?.string
        summary = String(content.prefix(Self.summaryLimit))
        self.content = content
        self.sectionHeading = sectionHeading
        self.sectionAnchor = sectionAnchor
        self.page = page
        self.start = start
        self.end = end
        self.score = score
    }
}

/// The narrowest scope that gave enough evidence for an answer.
package enum CascadeTier: String, Sendable, Codable, CaseIterable {
    case creator, collection, global, lexical, none
}
