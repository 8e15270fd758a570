import Conversation
import ConversationTesting
import Foundation
import GRDB
import Testing
import TimeOrdered

@testable import StorageSQLite

/// Answers that are kept for repeated requests, and how those of a deleted thing are found among them.
struct SQLiteClaimSubjectsTests {
    private let temporary = TemporaryFolder()
    private let ids = UUIDv7Generator()
    private let clock = ManualClock()

    private func opened() throws -> SQLiteLogStore { try SQLiteLogStore(DataDirectory(path: temporary.path), clock: clock.wallClock) }

    private func answer(about id: UUIDv7, by user: UUIDv7) -> IdempotencyClaim {
        IdempotencyClaim(userID: user, key: "k \(id)", fingerprint: [1], outcome: .response(status: 201, body: Array("{\"id\": \"\(id)\"}".utf8)))
    }

    private func count(_ table: String, in store: SQLiteLogStore) async throws -> Int? {
        try await store.file.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") }
    }

    @Test func answersOfADeletedThingAreFoundByTheIndex() async throws {
        let (store, id) = (try opened(), ids.next())
        // By the connection that deletes: another may not even ask how it would.
        let plan = try await store.file.write { database -> [String] in
            let rows = try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + SQLiteLogStore.claimDeletion, arguments: [id])
            return rows.map { $0["detail"] as String }
        }
        #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
        #expect(plan.contains { $0.contains("claim_subjects_by_subject") }, "\(plan)")
        try store.close()
    }

    @Test func whatAClaimSpeaksOfGoesWithIt() async throws {
        let (store, user, id) = (try opened(), ids.next(), ids.next())
        for _ in 0..<2 { try await store.save(answer(about: id, by: user)) }
        #expect(try await count("claim_subjects", in: store) == 1)
        try await store.forgetClaims(about: id)
        #expect(try await count("claim_subjects", in: store) == 0)
        try await store.save(answer(about: id, by: user))
        try await store.forgetClaims(before: clock.now.advanced(by: 1))
        #expect(try await count("claim_subjects", in: store) == 0)
        try await store.save(answer(about: id, by: user))
        try await store.file.write { try $0.execute(sql: "DELETE FROM idempotency_claims WHERE user = ?", arguments: [user]) }
        #expect(try await count("claim_subjects", in: store) == 0)
        try store.close()
    }

    @Test func ofAUserWhoIsGoneNothingIsKept() async throws {
        let (store, user) = (try opened(), ids.next())
        try await store.file.write { try $0.execute(sql: "INSERT INTO departed_users (id) VALUES (?)", arguments: [user]) }
        try await store.save(answer(about: ids.next(), by: user))
        #expect(try await count("idempotency_claims", in: store) == 0)
        #expect(try await count("claim_subjects", in: store) == 0)
        try store.close()
    }

    /// They would outlive what they speak of.
    @Test func answersFromBeforeTheUpgradeAreForgotten() async throws {
        try FileManager.default.createDirectory(atPath: temporary.path, withIntermediateDirectories: true)
        let (user, session, turn, id) = (ids.next(), ids.next(), ids.next(), ids.next())
        let old = answer(about: id, by: user)
        let queue = try DatabaseQueue(path: temporary.path + "/loquat.db")
        try LogMigrations.migrator.migrate(queue, upTo: "4 lines")
        try await queue.write { database in
            try database.execute(
                sql: """
                    INSERT INTO idempotency_claims (user, key, fingerprint, session, turn, status, body, created_at) VALUES
                    (?, ?, x'01', NULL, NULL, 201, ?, 1), (?, ?, x'01', ?, ?, NULL, NULL, 1)
                    """,
                arguments: [user, old.key.blob, Data("{\"id\": \"\(id)\"}".utf8), user, "turn".blob, session, turn])
        }
        try queue.close()
        let store = try opened()
        #expect(try await store.idempotencyClaim(of: user, key: old.key) == nil)
        #expect(try await store.idempotencyClaim(of: user, key: "turn")?.outcome == .turn(session: session, turn: turn))
        try await store.save(old)
        #expect(try await store.idempotencyClaim(of: user, key: old.key) == old)
        try store.close()
    }
}
