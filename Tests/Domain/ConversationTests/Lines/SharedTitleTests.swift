import Conversation
import ConversationTesting
import JSON
import Testing
import TimeOrdered

/// A session with one exchange that is shared by a link.
struct SharedTitleTests {
    private let ids = UUIDv7Generator()
    private let store = InMemoryLogStore()
    private let session: SessionID
    private let user: UUIDv7
    private let turn: SampleTurn

    init() async throws {
        session = ids.next()
        user = ids.next()
        turn = SampleTurn(ids, question: "How tall is it?")
        let created = SessionCreated(userID: user, workspaceID: user, kind: .chat, title: turn.question, collectionID: nil, metadata: [:])
        try await append([EventDraft(.sessionCreated(created))])
        try await append(turn.whole)
        try await append([EventDraft(.sessionShared(SessionShared(digest: "d", turnID: turn.id)))])
    }

    private func append(_ drafts: [EventDraft]) async throws {
        _ = try await store.append(AppendBatch(sessionID: session, drafts: drafts))
    }

    private func titles() async throws -> [String] {
        let row = try #require(try await store.session(session, of: user))
        let share = try #require(row.share)
        return [row.title, try await store.title(of: share, in: row)]
    }

    /// The first message in other words.
    private func edit(_ words: String) async throws {
        let edited = SampleTurn(ids, question: words)
        let message = UserMessage(turnID: edited.userTurnID, content: words, supersedes: turn.userTurnID)
        let opened = TurnOpened(turnID: edited.id, userTurnID: edited.userTurnID, createsSession: false, regeneratedFrom: turn.id)
        try await append(
            [EventDraft(.userMessage(message), group: edited.id), EventDraft(.turnOpened(opened), group: edited.id)] + edited.closing())
    }

    @Test func itIsThatOfTheLineThatIsShown() async throws {
        #expect(try await titles() == ["How tall is it?", "How tall is it?"])
        try await append([EventDraft(.titleMade(TitleMade(turnID: turn.id, title: "Heights")), group: turn.id)])
        #expect(try await titles() == ["Heights", "Heights"])
        try await edit("My secret")
        #expect(try await titles() == ["My secret", "Heights"])
    }

    @Test func wordsThatWereEditedAwayAreStillItsOwn() async throws {
        try await edit("My secret")
        #expect(try await titles() == ["My secret", "How tall is it?"])
    }

    @Test func whatIsLeftOutGivesItNoName() async throws {
        try await append([EventDraft(.titleMade(TitleMade(turnID: turn.id, title: "Heights")), group: turn.id)])
        try await append([EventDraft(.turnHidden(TurnHidden(turnID: turn.id, hidden: true)))])
        #expect(try await titles() == ["Heights", Share.neutralTitle])
        try await append([EventDraft(.turnHidden(TurnHidden(turnID: turn.id, hidden: false)))])
        #expect(try await titles() == ["Heights", "Heights"])
    }

    @Test func whatAPersonCalledItStays() async throws {
        try await append([EventDraft(.sessionUpdated(SessionUpdated(title: "Given")))])
        try await append([EventDraft(.turnHidden(TurnHidden(turnID: turn.id, hidden: true)))])
        try await edit("My secret")
        #expect(try await titles() == ["Given", "Given"])
    }
}
