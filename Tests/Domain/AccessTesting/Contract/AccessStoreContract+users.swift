import Access
import Conversation
import Testing
import TimeOrdered

extension AccessStoreContract {
    static let users: [Check] = [
        Check("there is one owner however many ask at first") { trial in
            let (store, owner) = (trial.store, trial.owner)
            let owners = try await withThrowingTaskGroup(of: User.self) { group in
                for _ in 0..<20 { group.addTask { try await store.owner() } }
                return try await group.reduce(into: Set<User>()) { $0.insert($1) }
            }
            #expect(owners == [owner])
            #expect(owner.role == .owner && !owner.isClaimed && owner.email == "owner@localhost" && owner.createdAt == trial.now)
        },
        Check("a user is found as they were stored") { trial in
            var user = User(
                id: trial.ids.next(), workspaceID: trial.workspace, email: "Ada@example.org\u{0}🍊", name: "Ada\u{0}🍊", role: .viewer,
                suspended: true, isClaimed: false, tokensValidAfter: trial.now.advanced(by: 7), createdAt: trial.now,
                updatedAt: trial.now.advanced(by: 1))
            try await trial.store.write { [user] in try $0.insert(user) }
            #expect(try await trial.found(user.id) == user)
            (user.email, user.name, user.role, user.suspended, user.isClaimed) = ("b@example.org", "", .admin, false, true)
            (user.tokensValidAfter, user.updatedAt) = (trial.now.advanced(by: 9), trial.now.advanced(by: 3))
            try await trial.store.write { [user] in try $0.update(user) }
            #expect(try await trial.found(user.id) == user)
        },
        Check("an address is one in its workspace, however it is written") { trial in
            let ada = try await trial.user("Ada@Exämple.org")
            for written in ["ada@exämple.org", "ADA@EXÄMPLE.ORG", "ada@exa\u{308}mple.org"] {
                #expect(try await trial.store.read { try $0.user(email: written, in: trial.workspace) } == ada)
                await #expect(throws: (any Error).self) { _ = try await trial.user(written) }
            }
            #expect(try await trial.store.read { try $0.user(email: "ada@example.org", in: trial.workspace) } == nil)
            let elsewhere = try await trial.user("ada@exämple.org", in: trial.ids.next())
            #expect(try await trial.found(elsewhere.id) == elsewhere)
            let bob = try await trial.user("bob@example.org")
            var changed = bob
            changed.email = "ADA@exämple.org"
            let change = changed
            await #expect(throws: (any Error).self) { try await trial.store.write { try $0.update(change) } }
            #expect(try await trial.found(bob.id) == bob)
        },
        Check("users are listed by id, in their workspace alone") { trial in
            var made = [trial.owner]
            for number in 0..<5 { made.append(try await trial.user("u\(number)@example.org")) }
            _ = try await trial.user("x@example.org", in: trial.ids.next())
            func list(after: UserID?, limit: Int, offset: Int = 0) async throws -> [UserID] {
                try await trial.store.read { try $0.users(in: trial.workspace, after: after, limit: limit, offset: offset).map(\.id) }
            }
            #expect(try await list(after: nil, limit: 10) == made.map(\.id))
            #expect(try await list(after: made[1].id, limit: 2) == made[2...3].map(\.id))
            #expect(try await list(after: made[1].id, limit: 2, offset: 1) == made[3...4].map(\.id))
            #expect(try await list(after: made[5].id, limit: 2) == [])
        },
        Check("a password's hash is its user's") { trial in
            let (ada, bob) = (try await trial.user("a@example.org"), try await trial.user("b@example.org"))
            try await trial.store.write { try $0.setPasswordHash("$argon2id$…", of: ada.id) }
            #expect(try await trial.store.read { try $0.passwordHash(of: ada.id) } == "$argon2id$…")
            #expect(try await trial.store.read { try $0.passwordHash(of: bob.id) } == nil)
            try await trial.store.write { try $0.setPasswordHash(nil, of: ada.id) }
            #expect(try await trial.store.read { try $0.passwordHash(of: ada.id) } == nil)
        },
    ]

    private struct Undone: Error {}

    static let transactions: [Check] = [
        Check("what throws leaves nothing") { trial in
            let before = trial.store.version
            let user = User(id: trial.ids.next(), workspaceID: trial.workspace, email: "a@example.org", role: .member, createdAt: trial.now)
            await #expect(throws: Undone.self) {
                try await trial.store.write { access in
                    try access.insert(user)
                    try access.setPasswordHash("h", of: user.id)
                    try access.record(
                        AuditRecord(actorID: nil, actorCredential: nil, action: .userCreated, targetKind: .user, targetID: user.id),
                        in: user.workspaceID)
                    throw Undone()
                }
            }
            let found = try await trial.found(user.id)
            #expect(found == nil)
            #expect(trial.store.version == before)
        },
        Check("what is written is seen in the same transaction, and others see all of it") { trial in
            let store = trial.store
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<30 {
                    let user = User(
                        id: trial.ids.next(), workspaceID: trial.workspace, email: "u\(number)@example.org", role: .member, createdAt: trial.now)
                    group.addTask {
                        try await store.write { access in
                            let count = try access.users(in: user.workspaceID, after: nil, limit: 100, offset: 0).count
                            try access.insert(user)
                            try access.setPasswordHash("h", of: user.id)
                            #expect(try access.users(in: user.workspaceID, after: nil, limit: 100, offset: 0).count == count + 1)
                        }
                        let hash = try await store.read { try $0.passwordHash(of: user.id) }
                        #expect(hash == "h")
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await store.read { try $0.users(in: trial.workspace, after: nil, limit: 100, offset: 0).count } == 31)
        },
        Check("the version grows where something is taken, before the write returns, and nowhere else") { trial in
            let user = try await trial.user("a@example.org")
            let (key, login) = (try await trial.key(of: user), try await trial.login(of: user))
            func grows(_ body: @escaping @Sendable (any AccessWriting) throws -> Void) async throws -> Bool {
                let before = trial.store.version
                try await trial.store.write(body)
                return trial.store.version > before
            }
            let ids = trial.ids
            #expect(try await !grows { try $0.setPasswordHash("h", of: user.id) })
            #expect(try await !grows { try $0.insert(SigningKey(id: ids.next(), secret: [1], createdAt: user.createdAt)) })
            #expect(try await grows { try $0.update(user) })
            #expect(try await grows { try $0.revoke(key.id, at: user.createdAt) })
            #expect(try await grows { try $0.deleteLogin(login.id) })
            #expect(try await grows { try $0.deleteLogins(of: user.id, except: nil) })
            #expect(try await grows { try $0.beginLeaving(user.id) })
            #expect(try await grows { _ = try $0.remove(user.id) })
            let before = trial.store.version
            _ = try await trial.key(of: trial.owner)
            try await trial.store.touch([key.id: trial.now])
            #expect(trial.store.version == before)
        },
    ]
}
