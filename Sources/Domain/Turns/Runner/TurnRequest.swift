package import Access
package import Conversation
package import Generation
package import JSON
package import Retrieval

/// One turn that is asked for.
package struct TurnRequest: Sendable {
    package enum Job: Sendable {
        /// An answer from documents.
        case documents(DocumentQuestion)
        /// A request of the model's own API, passed on as it is.
        case passThrough(JSONObject)
    }

    package struct DocumentQuestion: Sendable {
        package let collectionID: CollectionID?
        package let creator: String?
        package let filters: MetadataFilters
        package let topK: Int
        /// The conversation before, oldest first, where the client sent it along: a session's own comes from its log.
        package let earlier: [DocumentPrompt.Pair]

        package init(
            collectionID: CollectionID? = nil, creator: String? = nil, filters: MetadataFilters = .init(), topK: Int = 5,
            earlier: [DocumentPrompt.Pair] = []
        ) {
            self.collectionID = collectionID
            self.creator = creator
            self.filters = filters
            self.topK = topK
            self.earlier = earlier
        }
    }

    package let asker: Asker
    /// An answer that this one is another version of; nil for a turn that follows the line's last one.
    package let regeneration: Regeneration?
    /// Nil begins a new session.
    package let session: SessionRow?
    package let kind: SessionKind
    /// The session that is not in the log.
    package let ephemeral: EphemeralTurn?
    /// Of a new session.
    package let sessionMetadata: JSONObject
    package let message: String
    package let job: Job
    package let model: String?
    package let temperature: Double?
    package let maxTokens: Int?
    /// Kept with the user's message.
    package let metadata: JSONObject
    /// A user's key for this request and a fingerprint of it.
    package let idempotency: (key: String, fingerprint: [UInt8])?
    /// False leaves nothing in the log.
    package let isLogged: Bool
    /// Where the turn's task runs; nil for the pool that all tasks share.
    package let executor: (any TaskExecutor)?

    package init(
        asker: Asker, session: SessionRow? = nil, kind: SessionKind = .chat, sessionMetadata: JSONObject = [:], message: String, job: Job,
        model: String? = nil, temperature: Double? = nil, maxTokens: Int? = nil, metadata: JSONObject = [:],
        idempotency: (key: String, fingerprint: [UInt8])? = nil, isLogged: Bool = true, regeneration: Regeneration? = nil,
        ephemeral: EphemeralTurn? = nil, executor: (any TaskExecutor)? = nil
    ) {
        self.ephemeral = ephemeral
        self.asker = asker
        self.regeneration = regeneration
        self.session = session
        self.kind = kind
        self.sessionMetadata = sessionMetadata
        self.message = message
        self.job = job
        self.model = model
        self.temperature = temperature
        self.maxTokens = maxTokens
        self.metadata = metadata
        self.idempotency = idempotency
        self.isLogged = isLogged
        self.executor = executor
    }
}

extension TurnRequest {
    /// How it is asked, as the log keeps it.
    var asked: Asked? {
        guard case .documents(let question) = job else { return nil }
        let filters = question.filters.conditions.sorted { $0.key < $1.key }.map { JSONObject.Member($0.key, .array($0.value)) }
        return Asked(
            collectionID: question.collectionID, creator: question.creator, filters: filters.isEmpty ? nil : JSONObject(filters),
            topK: question.topK, model: model, temperature: temperature, maxTokens: maxTokens)
    }
}

/// Why a turn was not begun.
package enum TurnRefusal: Error, Sendable, Hashable {
    case turnInProgress(TurnID)
    /// The server is going down.
    case draining
    case tooManyTurns(limit: Int)
    case noSuchModel(String)
    /// The session's line is being changed; `TurnRunner.lineSettled` waits for it.
    case lineChanging
}
