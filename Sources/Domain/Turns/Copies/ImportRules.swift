import Access
import Conversation
import JSON
import TimeOrdered

/// Holds a session that comes from a file to what the API would have let in.
struct ImportRules {
    struct Refusal: Error {
        let reason: String
    }

    /// Scalars of the title that a session was made with: it may be the beginning of a message, whose characters have marks.
    private static let derivedTitle = 10_000
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
            try Self.check(title: created.title, limit: Self.derivedTitle)
            try Self.check(created.metadata, limit: metadataLimit)
        case .sessionUpdated(let update):
            if let title = update.title { try Self.check(title: title, limit: SessionRow.longestTitle) }
            if let metadata = update.metadata { try Self.check(metadata, limit: metadataLimit) }
        case .titleMade(let made): try Self.check(title: made.title, limit: Self.derivedTitle)
        case .branchCreated(let created): try Self.check(branch: created.name)
        case .branchRenamed(let renamed): try Self.check(branch: renamed.newName)
        case .sessionShared(let shared):
            guard shared.digest.utf8.count <= Self.digestLimit else { throw Refusal(reason: "its digest is longer than any link's") }
        case .userMessage(let message):
            try Self.check(content: message.content, limit: UserMessage.contentLimit)
            // By OpenAI's door it came with the words.
            try Self.check(message.metadata, limit: max(metadataLimit, UserMessage.contentLimit))
        case .assistantMessage(let message):
            try Self.check(end: message.status)
            try Self.check(content: message.content, limit: AssistantMessage.contentLimit)
            try Self.check(message.citations, of: message.content)
            try Self.check(message.recording, of: message)
        case .groupClosed(let closed): try Self.check(end: closed.outcome)
        case .turnOpened, .sourcesFrozen, .sessionUnshared, .lineRewound, .lineRestored, .branchSwitched, .turnSelected, .turnHidden,
            .turnRated, .audit:
            break
        }
    }

    private static func check(end status: TurnStatus) throws(Refusal) {
        guard status != .generating else { throw Refusal(reason: "a turn does not end as one that is being generated") }
    }

    private static func check(title: String, limit: Int) throws(Refusal) {
        guard title.unicodeScalars.count <= limit else { throw Refusal(reason: "its title has more than \(limit) characters") }
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
    }

    /// Deltas make up the text; each mark stands for a citation or a chunk.
    private static func check(_ recording: StreamRecording, of message: AssistantMessage) throws(Refusal) {
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
