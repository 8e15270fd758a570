import Conversation
import Testing
import TimeOrdered

extension LogStoreContract {
    static let claims = [
        Check("a claim is saved with its turn and found after a restart", claimWithTurn),
        Check("a claim keeps a response to the byte", claimWithResponse),
        Check("a key is its user's own", keysOfUsers),
        Check("claims are forgotten by the time of their making", claimsForgotten),
        Check("an answer is forgotten with anything that it speaks of", answersForgottenBySubject),
        Check("a deleted session's answers are forgotten with it", answersForgottenWithSession),
        Check("under a key that is used again the new answer's subjects count", answersReplaced),
    ]

    @Sendable private static func claimWithTurn(_ trial: LogStoreTrial) async throws {
        let (user, session, turn) = (trial.ids.next(), trial.ids.next(), SampleTurn(trial.ids))
        let claim = IdempotencyClaim(
            userID: user, key: "first 🍊\u{0}", fingerprint: Array(0...255), outcome: .turn(session: session, turn: turn.id))
        #expect(try await trial.store.idempotencyClaim(of: user, key: claim.key) == nil)
        try await trial.append([trial.creation(by: user)] + turn.opening, to: session, claim: claim)
        #expect(try await trial.store.idempotencyClaim(of: user, key: claim.key) == claim)
        try await trial.append(turn.closing(), to: session)
        try await trial.reopen()
        #expect(try await trial.store.idempotencyClaim(of: user, key: claim.key) == claim)
        #expect(try await trial.store.idempotencyClaim(of: user, key: "first 🍊") == nil)
    }

    @Sendable private static func claimWithResponse(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        for (number, body) in [[], [0], Array("{\"a\": 1}".utf8), [UInt8](repeating: 255, count: 100_000)].enumerated() {
            let claim = IdempotencyClaim(
                userID: user, key: "key \(number)", fingerprint: number == 0 ? [] : [1, 2], outcome: .response(status: 200 + number, body: body))
            try await trial.store.save(claim)
            try await trial.reopen()
            #expect(try await trial.store.idempotencyClaim(of: user, key: "key \(number)") == claim)
        }
    }

    @Sendable private static func keysOfUsers(_ trial: LogStoreTrial) async throws {
        let users = [trial.ids.next(), trial.ids.next()]
        let saved = users.enumerated().map { number, user in
            IdempotencyClaim(userID: user, key: "same", fingerprint: [UInt8(number)], outcome: .response(status: 201, body: [UInt8(number)]))
        }
        for claim in saved { try await trial.store.save(claim) }
        for claim in saved { #expect(try await trial.store.idempotencyClaim(of: claim.userID, key: "same") == claim) }
        #expect(try await trial.store.idempotencyClaim(of: trial.ids.next(), key: "same") == nil)
        #expect(try await trial.store.idempotencyClaim(of: users[0], key: "Same") == nil)
    }

    @Sendable private static func claimsForgotten(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let (session, turn) = (try await trial.session(by: user), SampleTurn(trial.ids))
        func left() async throws -> [String] {
            var left: [String] = []
            for key in ["old", "turn", "new"] where try await trial.store.idempotencyClaim(of: user, key: key) != nil { left.append(key) }
            return left
        }
        let oldest = trial.clock.now
        try await trial.store.save(IdempotencyClaim(userID: user, key: "old", fingerprint: [], outcome: .response(status: 200, body: [])))
        trial.clock.advance()
        let claim = IdempotencyClaim(userID: user, key: "turn", fingerprint: [], outcome: .turn(session: session, turn: turn.id))
        try await trial.append(turn.whole, to: session, claim: claim)
        trial.clock.advance()
        try await trial.store.save(IdempotencyClaim(userID: user, key: "new", fingerprint: [], outcome: .response(status: 200, body: [])))
        try await trial.store.forgetClaims(before: oldest)
        #expect(try await left() == ["old", "turn", "new"])
        try await trial.store.forgetClaims(before: oldest.advanced(by: 1))
        #expect(try await left() == ["turn", "new"])
        try await trial.store.forgetClaims(before: trial.clock.now)
        #expect(try await left() == ["new"])
        try await trial.store.forgetClaims(before: trial.clock.now.advanced(by: 1))
        #expect(try await left() == [])
        try await trial.expectWhole(session, by: user)
    }

    private static func answer(_ json: String, by user: UUIDv7, key: String) -> IdempotencyClaim {
        IdempotencyClaim(userID: user, key: key, fingerprint: [1], outcome: .response(status: 201, body: Array(json.utf8)))
    }

    @Sendable private static func answersForgottenBySubject(_ trial: LogStoreTrial) async throws {
        let (user, other) = (trial.ids.next(), trial.ids.next())
        let (document, collection, deep, named, linked) = (
            trial.ids.next(), trial.ids.next(), trial.ids.next(), trial.ids.next(), trial.ids.next()
        )
        let many = (0..<2 * IdempotencyClaim.subjectLimit).map { _ in "\"\(trial.ids.next())\"" }.joined(separator: ", ")
        let gone = answer(
            """
            {"metadata": {"many": [\(many)]}, "id": "\(document)", "collection_id": "\(collection)", "\(named)": [{"a": 1}],
             "url": "https://example.org/x-\(linked)?y", "readers": [{"user_id": "\(deep)"}, null, true, 7]}
            """, by: user, key: "gone")
        let kept = [
            answer("{\"id\": \"\(trial.ids.next())\"}", by: user, key: "kept"), answer("no JSON at all", by: user, key: "words"),
            answer("{\"id\": \"\(trial.ids.next())\"}", by: other, key: "gone"),
        ]
        for claim in kept { try await trial.store.save(claim) }
        for subject in [document, collection, named, linked] {
            try await trial.store.save(gone)
            try await trial.store.forgetClaims(about: trial.ids.next())
            #expect(try await trial.store.idempotencyClaim(of: user, key: "gone") == gone)
            try await trial.reopen()
            try await trial.store.forgetClaims(about: subject)
            #expect(try await trial.store.idempotencyClaim(of: user, key: "gone") == nil, "\(subject)")
        }
        // Without so many beside it, also what stands further in.
        try await trial.store.save(answer("{\"readers\": [{\"user_id\": \"\(deep)\"}]}", by: user, key: "gone"))
        try await trial.store.forgetClaims(about: deep)
        #expect(try await trial.store.idempotencyClaim(of: user, key: "gone") == nil)
        for claim in kept { #expect(try await trial.store.idempotencyClaim(of: claim.userID, key: claim.key) == claim) }
    }

    @Sendable private static func answersForgottenWithSession(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let (session, kept) = (try await trial.session(by: user, turns: 1), try await trial.session(by: user, turns: 1))
        for (key, session) in [("gone", session), ("kept", kept)] {
            try await trial.store.save(answer("{\"name\": \"main\", \"session_id\": \"\(session)\"}", by: user, key: key))
        }
        #expect(try await trial.delete(session, of: user))
        #expect(try await trial.store.idempotencyClaim(of: user, key: "gone") == nil)
        #expect(try await trial.store.idempotencyClaim(of: user, key: "kept") != nil)
    }

    @Sendable private static func answersReplaced(_ trial: LogStoreTrial) async throws {
        let (user, old, new) = (trial.ids.next(), trial.ids.next(), trial.ids.next())
        let answers = [old, new].map { answer("{\"id\": \"\($0)\"}", by: user, key: "k") }
        for claim in answers { try await trial.store.save(claim) }
        try await trial.store.forgetClaims(about: old)
        #expect(try await trial.store.idempotencyClaim(of: user, key: "k") == answers[1])
        try await trial.store.forgetClaims(about: new)
        #expect(try await trial.store.idempotencyClaim(of: user, key: "k") == nil)
    }
}
