import Conversation
import GRDB
import ConversationTesting
import Foundation
import Testing
import TimeLimits
import TimeOrdered

@testable import StorageSQLite

/// What is found, for whom and in which order.
struct SQLiteConversationSearchTests {
    private let rig: SearchRig
    private let user: UUIDv7

    init() throws {
        rig = try SearchRig()
        user = rig.ids.next()
    }

    private func found(_ text: String, by search: SQLiteConversationSearch, of other: UUIDv7? = nil) async throws -> [String] {
        try await rig.found(text, of: other ?? user, by: search)
    }

    @Test func messagesAreFoundByAllOfTheirWordsInAnyForm() async throws {
        let session = try await rig.session(of: user)
        try await rig.say("How do I reset passwords?", "Open the settings and choose Reset.", in: session)
        let search = try await rig.current()
        #expect(try await found("resetting a password", by: search) == ["How do I reset passwords?"])
        #expect(try await found("SETTING", by: search) == ["Open the settings and choose Reset."])
        #expect(try await found("reset", by: search) == ["Open the settings and choose Reset.", "How do I reset passwords?"])
        #expect(try await found("password settings", by: search) == [])
        #expect(try await found("reset pear", by: search) == [])
        try search.close()
    }

    @Test func aHitSaysWhereTheMessageStands() async throws {
        let session = try await rig.session(of: user)
        let turn = try await rig.say("What is a loquat?", "A loquat is a fruit.", in: session)
        let search = try await rig.current()
        let found = try await search.hits(of: user, ConversationQuery("loquat"), before: nil, limit: 10)
        #expect(found.isComplete && found.next == nil)
        #expect(found.hits.map(\.message?.turnID) == [turn.id, turn.userTurnID])
        #expect(found.hits.map(\.message?.role) == [.assistant, .user])
        #expect(found.hits.allSatisfy { $0.sessionID == session && $0.createdAt == rig.clock.now })
        try search.close()
    }

    @Test func aSessionIsFoundByWhatItIsCalledNow() async throws {
        let session = try await rig.session(of: user, rig.turns(["a pear", "an apple"]))
        let search = try await rig.current()
        func call(_ title: String) async throws {
            _ = try await rig.log.append(AppendBatch(sessionID: session, drafts: [EventDraft(.sessionUpdated(SessionUpdated(title: title)))]))
            try await search.catchUp()
        }
        try await call("A loquat")
        try await call("A medlar")
        try await call("A loquat")
        try await call("A medlar")
        #expect(try await found("loquat", by: search) == [])
        let hits = try await search.hits(of: user, ConversationQuery("medlar"), before: nil, limit: 10).hits
        #expect(hits.map(\.sessionID) == [session] && hits.map(\.message) == [nil] && hits.map(\.text) == ["A medlar"])
        #expect(hits.map(\.createdAt) == [rig.clock.now])
        #expect(try await found("medlar", by: search, of: rig.ids.next()) == [])
        // What is changed beside it leaves the title.
        _ = try await rig.log.append(AppendBatch(sessionID: session, drafts: [EventDraft(.sessionUpdated(SessionUpdated(pinned: true)))]))
        try await search.catchUp()
        #expect(try await found("medlar", by: search) == ["A medlar"])
        try await rig.delete(session, of: user)
        try await search.catchUp()
        #expect(try await found("medlar", by: search) == [])
        try search.close()
    }

    @Test func aSessionIsFoundByItsTitleOnce() async throws {
        let session = try await rig.session(of: user)
        let other = try await rig.session(of: user)
        func call(_ session: SessionID, _ title: String) async throws {
            _ = try await rig.log.append(AppendBatch(sessionID: session, drafts: [EventDraft(.sessionUpdated(SessionUpdated(title: title)))]))
        }
        try await call(session, "A loquat")
        // More than are looked up in one go.
        for number in 0..<250 { try await call(other, "loquat \(number)") }
        try await call(other, "A medlar")
        try await rig.say("my loquat", in: other)
        try await call(session, "A pear")
        try await call(session, "A loquat")
        let search = try await rig.current()
        #expect(try await found("loquat", by: search) == ["A loquat", "my loquat"])
        var (texts, place) = ([String](), Int64?.none)
        repeat {
            let part = try await search.hits(of: user, ConversationQuery("loquat"), before: place, limit: 1)
            texts += part.hits.map(\.text)
            place = part.next
        } while place != nil
        #expect(texts == ["A loquat", "my loquat"])
        try search.close()
    }

    @Test func aTitleThatWasMadeIsFoundWhileItsAnswerStands() async throws {
        let turns = rig.turns(["a pear"])
        let session = try await rig.session(of: user, turns)
        let made = TitleMade(turnID: turns[0].id, title: "Loquats and others")
        _ = try await rig.log.append(AppendBatch(sessionID: session, drafts: [EventDraft(.titleMade(made), group: made.turnID)]))
        let search = try await rig.current()
        #expect(try await found("loquat", by: search) == ["Loquats and others"])
        let rewound = LineRewound(branch: Branch.main, turnID: turns[0].userTurnID, fromTurnID: turns[0].id)
        _ = try await rig.log.append(AppendBatch(sessionID: session, drafts: [EventDraft(.lineRewound(rewound))]))
        try await search.catchUp()
        #expect(try await found("loquat", by: search) == [])
        try search.close()
    }

    @Test func onlyTheOwnConversationsAreSearched() async throws {
        let other = rig.ids.next()
        try await rig.session(of: user, rig.turns(["my loquat"]))
        try await rig.session(of: other, rig.turns(["their loquat", "their pear"]))
        let search = try await rig.current()
        #expect(try await found("loquat", by: search) == ["my loquat"])
        #expect(try await found("loquat", by: search, of: other) == ["their loquat"])
        #expect(try await found("pear", by: search) == [])
        #expect(try await found("loquat", by: search, of: rig.ids.next()) == [])
        #expect(try await found("loquat", by: search, of: rig.workspace) == [])
        try search.close()
    }

    @Test func aWorkspacesOwnLogIsNoConversation() async throws {
        try await rig.session(of: rig.workspace, kind: .workspace, rig.turns(["a loquat in the records"]))
        try await rig.session(of: user, rig.turns(["my loquat"]))
        let search = try await rig.current()
        #expect(try await found("loquat", by: search, of: rig.workspace) == [])
        #expect(try await found("loquat", by: search) == ["my loquat"])
        try search.close()
    }

    @Test func newestComeFirstAndPartsFitTogether() async throws {
        let sessions = [try await rig.session(of: user), try await rig.session(of: user)]
        for number in 0..<25 { try await rig.say("loquat number \(number)", in: sessions[number % 2]) }
        let search = try await rig.current()
        let expected = (0..<25).reversed().map { "loquat number \($0)" }
        for limit in [1, 7, 24, 25, 26] {
            var (texts, place, parts) = ([String](), Int64?.none, 0)
            repeat {
                let part = try await search.hits(of: user, ConversationQuery("loquat"), before: place, limit: limit)
                #expect(part.hits.count <= limit)
                texts += part.hits.map(\.text)
                place = part.next
                parts += 1
            } while place != nil && parts < 30
            #expect(texts == expected, "\(limit) at a time")
            #expect(parts == (25 + limit - 1) / limit)
        }
        #expect(try await search.hits(of: user, ConversationQuery("loquat"), before: nil, limit: 0).hits == [])
        #expect(try await search.hits(of: user, ConversationQuery("loquat"), before: 1, limit: 9).hits == [])
        try search.close()
    }

    /// More candidates of deleted sessions than are looked up at once, in more events than are taken in at once.
    @Test func deletedSessionsArePassedOver() async throws {
        let kept = try await rig.session(of: user, rig.turns(["the kept loquat"]))
        let gone = try await rig.session(of: user, rig.turns((0..<450).map { "a loquat \($0)" }))
        try await rig.session(of: user, rig.turns(["the newest loquat"]))
        let search = try await rig.current()
        #expect(try await found("loquat", by: search).count == 100)
        try await rig.delete(gone, of: user)
        try await search.catchUp()
        #expect(try await found("loquat", by: search) == ["the newest loquat", "the kept loquat"])
        try await rig.delete(kept, of: user)
        try await search.catchUp()
        #expect(try await found("loquat", by: search) == ["the newest loquat"])
        // Their places are not given to others.
        try await rig.session(of: user, rig.turns(["a pear"]))
        try await search.catchUp()
        #expect(try await found("loquat", by: search) == ["the newest loquat"])
        try search.close()
    }

    @Test(arguments: ["", " \n", "the of and", "?!… — ()", "\"\"", "🙂🎉", "\u{0}"])
    func whereNothingIsAskedNothingIsFound(_ text: String) async throws {
        try await rig.session(of: user, rig.turns(["the \(text) of"]))
        // Nobody indexes, and nobody waits for it.
        let search = try await rig.opened()
        let found = try await search.hits(of: user, ConversationQuery(text), before: nil, limit: 5)
        #expect(found == ConversationHits(hits: [], next: nil, isComplete: true))
        try search.close()
    }

    @Test(
        arguments: [
            "loquat\"", "\"loquat", "'loquat'; DROP TABLE terms; --", "NEAR(loquat, 2)", "loquat*", "^loquat", "-loquat", "loquat AND", "NOT loquat",
            "digests:loquat", "{digests}: loquat", "lo\u{0}quat", "loquat\u{0}", "(((((loquat", "loquat + + +", "\u{202e}loquat", "%loquat_",
            "OR OR OR",
        ])
    func whatIsAskedIsNeverALanguage(_ text: String) async throws {
        try await rig.session(of: user, rig.turns(["a loquat", "a pear"]))
        let search = try await rig.current()
        let terms = try ConversationQuery(text).terms
        #expect(try await found(text, by: search) == (terms == ["loquat"] ? ["a loquat"] : []))
        #expect(try await found("loquat", by: search) == ["a loquat"])
        try search.close()
    }

    @Test func asManyTermsAsAreAllowed() async throws {
        let words = (0..<ConversationQuery.termLimit).map { "w\($0)" }.joined(separator: " ")
        try await rig.session(of: user, rig.turns([words, "w1 w2"]))
        let search = try await rig.current()
        #expect(try await found(words, by: search) == [words])
        try search.close()
    }

    @Test func otherScriptsAreFound() async throws {
        let session = try await rig.session(of: user)
        try await rig.say("我想在北京买枇杷 🍈🎉", "Je pr\u{e9}f\u{e8}re le caf\u{e9}.", in: session)
        let search = try await rig.current()
        for text in ["枇杷", "北京", "京", "杷", "北京 枇杷", "买枇杷🍈", "我"] {
            #expect(try await found(text, by: search) == ["我想在北京买枇杷 🍈🎉"], "\(text)")
        }
        for text in ["杷枇", "上海", "北京 上海"] { #expect(try await found(text, by: search) == [], "\(text)") }
        for text in ["caf\u{e9}", "CAFE\u{301}", "pre\u{301}fe\u{300}re"] { #expect(try await found(text, by: search).count == 1, "\(text)") }
        try search.close()
    }

    @Test func ofALongMessageTheBeginningIsFound() async throws {
        let words = (0..<SearchableText.termLimit).map { "w\($0)" }.joined(separator: " ")
        try await rig.session(of: user, rig.turns(["\(words) beyond"]))
        let search = try await rig.current()
        #expect(try await found("w0 w\(SearchableText.termLimit - 1)", by: search).count == 1)
        #expect(try await found("beyond", by: search).isEmpty)
        try search.close()
    }

    @Test func aDamagedEventKeepsNoOtherFromBeingFound() async throws {
        try await rig.session(of: user, rig.turns(["first loquat", "second loquat", "third loquat"]))
        try await rig.log.file.write { try $0.execute(sql: "UPDATE events SET payload = x'7b' WHERE seq = 7") }
        let search = try await rig.current()
        #expect(try await found("loquat", by: search) == ["third loquat", "first loquat"])
        try search.close()
    }

    @Test(arguments: [
        "created_at = 'soon' WHERE seq = 7", "payload = 7 WHERE seq = 7", "hash = 7 WHERE seq = 7", "seq = 'seventh' WHERE seq = 7",
    ])
    func aRowThatCannotBeReadKeepsNoOtherFromBeingFound(_ change: String) async throws {
        try await rig.session(of: user, rig.turns(["first loquat", "second loquat", "third loquat"]))
        try await rig.log.file.write { try $0.execute(sql: "UPDATE events SET \(change)") }
        let search = try await rig.current()
        #expect(try await found("loquat", by: search) == ["third loquat", "first loquat"])
        try search.close()
    }

    @Test func aRowThatIsDamagedAfterItWasIndexedIsLeftOut() async throws {
        try await rig.session(of: user, rig.turns(["first loquat", "second loquat", "third loquat"]))
        let search = try await rig.current()
        try await rig.log.file.write { try $0.execute(sql: "UPDATE events SET created_at = 'soon' WHERE seq = 7") }
        #expect(try await found("loquat", by: search) == ["third loquat", "first loquat"])
        try search.close()
    }

    @Test func theLastRowOfTheLogMayBeNonsense() async throws {
        try await rig.session(of: user, rig.turns(["first loquat", "second loquat"]))
        try await rig.log.file.write { try $0.execute(sql: "UPDATE events SET hash = 7 WHERE position = (SELECT max(position) FROM events)") }
        for _ in 0..<2 {
            let search = try await rig.current()
            let hits = try await search.hits(of: user, ConversationQuery("loquat"), before: nil, limit: 10)
            #expect(hits.isComplete && hits.hits.map(\.text) == ["second loquat", "first loquat"])
            try search.close()
        }
    }

    /// More of them than are read at once must not look like the log's end.
    @Test func behindManyDamagedRowsTheNextIsFound() async throws {
        try await rig.session(of: user, rig.turns((0..<4).map { "loquat \($0)" }))
        try await rig.log.file.write { try $0.execute(sql: "UPDATE events SET created_at = 'soon' WHERE seq < 17") }
        let slice = try await rig.log.words(after: 0, limit: 1, bytes: 1 << 20)
        #expect(slice.words.map(\.event.seq) == [17] && slice.goesOn)
        let next = try await rig.log.words(after: try #require(slice.end).position, limit: 1, bytes: 1 << 20)
        #expect(next.words.map(\.event.seq) == [20] && next.goesOn)
    }
}
