package import JSON
package import TimeOrdered

/// A conversation as another product kept it, with all its branches, in no product's own terms.
package struct ImportedConversation: Sendable, Hashable {
    /// Characters of a title that are kept.
    package static let titleLimit = 200

    /// One line without control characters; empty where the export names none.
    package let title: String
    package let createdAt: Timestamp?
    package let updatedAt: Timestamp?
    package let archived: Bool
    package let pinned: Bool
    /// Where it comes from: `source`, `source_id` and, where it has them, `tags`.
    package let metadata: JSONObject
    /// Empty where nobody says anything. A parent stands before its children, and siblings stand in their order.
    package let messages: [ImportedMessage]
    /// Index of the last message of the line that was shown.
    package let current: Int?
    /// What of it could not be read.
    package let skipped: SkippedParts

    package init(
        title: String, createdAt: Timestamp? = nil, updatedAt: Timestamp? = nil, archived: Bool = false, pinned: Bool = false,
        metadata: JSONObject = [:], messages: [ImportedMessage], current: Int?, skipped: SkippedParts = SkippedParts()
    ) {
        self.title = String(SessionRow.line(title).prefix(Self.titleLimit))
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.archived = archived
        self.pinned = pinned
        self.metadata = metadata
        self.messages = messages
        self.current = current
        self.skipped = skipped
    }
}

/// What somebody said in it.
package struct ImportedMessage: Sendable, Hashable {
    package enum Role: String, Sendable {
        case user, assistant

        /// UTF-8 bytes of what one says at the most, as of what is said here: it can be exported and imported again.
        var contentLimit: Int { self == .user ? UserMessage.contentLimit : AssistantMessage.contentLimit }
    }

    package enum Finish: String, Sendable {
        case complete, interrupted
    }

    package let role: Role
    /// Text as Markdown, with more than white space in it.
    package let content: String
    package let createdAt: Timestamp?
    /// The model that wrote it, as the product calls it.
    package let model: String?
    /// Index of the message before it, which is less than its own; nil where a line begins.
    package let parent: Int?
    package let finish: Finish
    /// `attachments`: names of files that came with it.
    package let metadata: JSONObject

    package init(
        role: Role, content: String, createdAt: Timestamp? = nil, model: String? = nil, parent: Int? = nil, finish: Finish = .complete,
        metadata: JSONObject = [:]
    ) {
        self.role = role
        self.content = content
        self.createdAt = createdAt
        self.model = model
        self.parent = parent
        self.finish = finish
        self.metadata = metadata
    }
}
