import Access
import Conversation
import JSON
import Retrieval
import TimeOrdered

/// Holds a session that comes from a file to what the API would have let in.
struct ImportRules {
    struct Refusal: Error {
        let reason: String
    }

    /// Of a name that a model has, of a turn's creator.
    private static let nameLimit = 1_000
    private static let instructionsLimit = 10_000
    private static let reasonLimit = 200
    private static let feedbackLimit = 10_000
    private static let sourceLimit = 1_000
    /// Scalars of a document; no sum of two of these is too large.
    private static let positionLimit = 1 << 40
    /// Bytes of a link's digest: that of a copy's link tells what it is a copy of.
    private static let digestLimit = 8 << 10

    /// Bytes of a session's metadata.
    let metadataLimit: Int
    private var turns: Set<TurnID> = []
    private var branches = 0
    /// Groups whose turn has not come yet, and where each came first.
    private var awaited: [GroupID: Int] = [:]

    init(metadataLimit: Int) { self.metadataLimit = metadataLimit }

    /// The first event of a group that no turn came for; known once all events were checked.
    var strayGroup: Int? { awaited.values.min() }

    // MARK: Where an event stands

    /// Whether an event can stand where it does. Events are checked in their order.
    mutating func checkPlace(of event: ExportedSession.Event, seq: Int) throws(Refusal) {
        if event.kind == .userMessage || event.kind == .turnOpened, let id = Self.id("turn_id", of: event) {
            guard turns.insert(id).inserted else { throw Refusal(reason: "its turn_id is that of a turn before it") }
            awaited[id] = nil
        }
        if ![.userMessage, .turnOpened].contains(event.kind), let id = Self.id("turn_id", of: event), !turns.contains(id) {
            throw Refusal(reason: "its turn_id is no turn before it")
        }
        for name in ["user_turn_id", "regenerated_from"] {
            guard let id = Self.id(name, of: event), !turns.contains(id) else { continue }
            throw Refusal(reason: "its \(name) is no turn before it")
        }
        if let group = event.group, !turns.contains(group), awaited[group] == nil { awaited[group] = seq }
        if event.kind == .branchCreated { branches += 1 }
        guard branches < Branch.limit else { throw Refusal(reason: "a session has at most \(Branch.limit) branches") }
    }

    private static func id(_ name: String, of event: ExportedSession.Event) -> TurnID? { event.payload[name]?.string.flatMap { UUIDv7($0) } }

    // MARK: What it says

    func check(_ payload: EventPayload) throws(Refusal) {
        switch payload {
        case .sessionCreated(let created):
            // It may be the beginning of a message, with whatever stands there.
            try Self.check(created.title, "title", limit: SessionRow.longestTitle)
            try Self.check(created.metadata, limit: metadataLimit)
        case .sessionUpdated(let update):
            if let title = update.title { try Self.check(givenTitle: title) }
            if let metadata = update.metadata { try Self.check(metadata, limit: metadataLimit) }
        case .titleMade(let made): try Self.check(givenTitle: made.title)
        case .branchCreated(let created): try Self.check(branch: created.name)
        case .branchRenamed(let renamed): try Self.check(branch: renamed.newName)
        case .sessionShared(let shared):
            guard shared.digest.utf8.count <= Self.digestLimit else { throw Refusal(reason: "its digest is longer than any link's") }
        case .userMessage(let message):
            try Self.check(content: message.content, limit: UserMessage.contentLimit)
            // By OpenAI's door it came with the words.
            try Self.check(message.metadata, limit: max(metadataLimit, UserMessage.contentLimit))
            if let asked = message.asked { try check(asked) }
        case .turnOpened(let opened):
            try Self.check(opened.model, "model", limit: Self.nameLimit)
            try Self.check(opened.instructions, "instructions", limit: Self.instructionsLimit)
        case .sourcesFrozen(let frozen): try Self.check(frozen.sources)
        case .assistantMessage(let message):
            try Self.check(end: message.status)
            try Self.check(content: message.content, limit: AssistantMessage.contentLimit)
            try Self.check(message.citations, of: message.content)
            try Self.check(message.recording, of: message)
        case .groupClosed(let closed): try Self.check(end: closed.outcome)
        case .turnRated(let rated):
            try Self.check(rated.reason, "reason", limit: Self.reasonLimit)
            try Self.check(rated.text, "text", limit: Self.feedbackLimit)
        case .sessionUnshared, .lineRewound, .lineRestored, .branchSwitched, .turnSelected, .turnHidden, .audit: break
        }
    }

    private static func check(end status: TurnStatus) throws(Refusal) {
        guard status != .generating else { throw Refusal(reason: "a turn does not end as one that is being generated") }
    }

    private static func check(givenTitle title: String) throws(Refusal) {
        try check(title, "title", limit: SessionRow.longestTitle)
        guard DisplayName.isPossible(title) else { throw Refusal(reason: "a title \(DisplayName.message)") }
    }

    private static func check(_ text: String?, _ name: String, limit: Int) throws(Refusal) {
        guard text?.unicodeScalars.count ?? 0 <= limit else { throw Refusal(reason: "its \(name) has more than \(limit) characters") }
    }

    private func check(_ asked: Asked) throws(Refusal) {
        try Self.check(asked.creator, "creator", limit: Self.nameLimit)
        try Self.check(asked.model, "model", limit: Self.nameLimit)
        if let filters = asked.filters { try Self.check(filters, limit: metadataLimit) }
        guard asked.topK.map(RetrievalRequest.limits.contains) ?? true else { throw Refusal(reason: "its top_k is out of range") }
        guard asked.temperature.map((0...2).contains) ?? true else { throw Refusal(reason: "its temperature is out of range") }
        guard asked.maxTokens.map((1...1_000_000).contains) ?? true else { throw Refusal(reason: "its max_tokens is out of range") }
    }

    private static func check(_ sources: [Source]) throws(Refusal) {
        guard sources.count <= sourceLimit else { throw Refusal(reason: "it has more than \(sourceLimit) sources") }
        for source in sources { try check(place: source.start, source.end, page: source.page) }
        for source in sources where !(1...sourceLimit).contains(source.number) {
            throw Refusal(reason: "a source has the number \(source.number)")
        }
    }

    private static func check(place start: Int, _ end: Int, page: Int?) throws(Refusal) {
        guard 0 <= start, start <= end, end <= positionLimit, (0...positionLimit).contains(page ?? 0) else {
            throw Refusal(reason: "a passage goes from \(start) to \(end)\(page.map { " on page \($0)" } ?? "")")
        }
    }

    private static func check(_ metadata: JSONObject, limit: Int) throws(Refusal) {
        guard JSONValue.object(metadata).bytes.count <= limit else { throw Refusal(reason: "its metadata has more than \(limit) bytes") }
    }

    private static func check(branch name: String) throws(Refusal) {
        guard (1...Branch.longestName).contains(name.unicodeScalars.count) else {
            throw Refusal(reason: "the name of a branch has 1 to \(Branch.longestName) characters")
        }
        guard DisplayName.isPossible(name) else { throw Refusal(reason: "the name of a branch \(DisplayName.message)") }
    }

    private static func check(content: String, limit: Int) throws(Refusal) {
        guard content.utf8.count <= limit else { throw Refusal(reason: "its content has more than \(limit) bytes") }
    }

    private static func check(_ citations: [Citation], of content: String) throws(Refusal) {
        guard !citations.isEmpty else { return }
        guard citations.count <= AssistantMessage.citationLimit else {
            throw Refusal(reason: "it has more than \(AssistantMessage.citationLimit) citations")
        }
        let length = content.unicodeScalars.count
        for citation in citations where citation.start < 0 || citation.end < citation.start || citation.end > length {
            throw Refusal(reason: "a citation goes from \(citation.start) to \(citation.end) in a text of \(length) characters")
        }
        for quote in citations.compactMap(\.quote) { try check(place: quote.start, quote.end, page: quote.page) }
    }

    /// Deltas make up the text; each mark stands for a citation or a chunk.
    private static func check(_ recording: StreamRecording, of message: AssistantMessage) throws(Refusal) {
        guard recording.steps.count <= AssistantMessage.stepLimit else {
            throw Refusal(reason: "its recording has more than \(AssistantMessage.stepLimit) steps")
        }
        var (left, citations, chunks) = (message.content.utf8.count, message.citations.count, recording.chunks.count)
        for step in recording.steps {
            switch step {
            case StreamRecording.citation: citations -= 1
            case StreamRecording.chunk: chunks -= 1
            default:
                guard step > 0, step <= left else { throw Refusal(reason: "its recording has a step of \(step) where \(left) bytes are left") }
                left -= step
            }
        }
        guard left == 0 else { throw Refusal(reason: "its recording leaves out \(left) bytes of its content") }
        guard citations == 0, chunks == 0 else { throw Refusal(reason: "its recording is not of its citations and chunks") }
    }
}
