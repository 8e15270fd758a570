import Access
import Testing
import TimeOrdered

extension AccessStoreContract {
    static let keys: [Check] = [
        Check("a key is found as it was stored, by its digest and id") { trial in
            let key = try await trial.key(of: trial.owner, "name\u{0}🍊", expiresAt: trial.now.advanced(by: 5))
            _ = try await trial.key(of: trial.owner)
            #expect(try await trial.store.read { try $0.key(key.digest) } == key)
            #expect(try await trial.store.read { try $0.key(key.id) } == key)
            for bytes in [[], Array(key.digest.bytes.dropLast()), key.digest.bytes + [0], key.digest.bytes.reversed()] {
                #expect(try await trial.store.read { try $0.key(KeyDigest(bytes: bytes)) } == nil)
            }
            #expect(try await trial.store.read { try $0.key(trial.ids.next()) } == nil)
        },
        Check("keys in force are listed by user and by workspace") { trial in
            let ada = try await trial.user("a@example.org")
            let stranger = try await trial.user("s@example.org", in: trial.ids.next())
            var own: [KeyID] = []
            for _ in 0..<4 { own.append(try await trial.key(of: ada).id) }
            let (others, foreign) = (try await trial.key(of: trial.owner), try await trial.key(of: stranger))
            func list(after: KeyID?, _ limit: Int, _ offset: Int = 0) async throws -> [KeyID] {
                try await trial.store.read { try $0.keys(of: ada.id, after: after, limit: limit, offset: offset).map(\.id) }
            }
            #expect(try await list(after: nil, 10) == own)
            #expect(try await list(after: own[0], 2) == Array(own[1...2]))
            #expect(try await list(after: own[0], 2, 1) == Array(own[2...3]))
            #expect(try await trial.store.read { try $0.keys(in: trial.workspace).map(\.id) } == own + [others.id])
            #expect(try await trial.store.read { try $0.keys(in: stranger.workspaceID).map(\.id) } == [foreign.id])
            let time = trial.now.advanced(by: 3)
            try await trial.store.write { [own] in try $0.revoke(own[1], at: time) }
            try await trial.store.write { [own] in try $0.revoke(own[1], at: time.advanced(by: 1)) }
            #expect(try await list(after: nil, 10) == [own[0], own[2], own[3]])
            let revoked = own[1]
            #expect(try await trial.store.read { try $0.key(revoked)?.revokedAt } == time, "the first time counts")
        },
        Check("keys know when they were used last") { trial in
            let (used, unused) = (try await trial.key(of: trial.owner), try await trial.key(of: trial.owner))
            try await trial.store.touch([used.id: trial.now.advanced(by: 60_000), trial.ids.next(): trial.now])
            #expect(try await trial.store.read { try $0.key(used.id)?.lastUsedAt } == trial.now.advanced(by: 60_000))
            #expect(try await trial.store.read { try $0.key(unused.id) } == unused)
        },
    ]

    static let logins: [Check] = [
        Check("logins are found, counted and ended") { trial in
            let ada = try await trial.user("a@example.org")
            var made: [Login] = []
            for number in 0..<4 { made.append(try await trial.login(of: ada, expiresAt: trial.now.advanced(by: Int64(number) * 10))) }
            let others = try await trial.login(of: trial.owner)
            let third = made[2]
            #expect(try await trial.store.read { try $0.login(third.digest) } == third)
            #expect(try await trial.store.read { try $0.logins(of: ada.id) } == made)
            try await trial.store.write { try $0.deleteLogins(expiredAt: trial.now.advanced(by: 10)) }
            #expect(try await trial.store.read { try $0.logins(of: ada.id) } == Array(made[2...]))
            try await trial.store.write { [made] in try $0.deleteLogins(of: ada.id, except: made[3].id) }
            #expect(try await trial.store.read { try $0.logins(of: ada.id) } == [made[3]])
            try await trial.store.write { [made] in try $0.deleteLogin(made[3].id) }
            #expect(try await trial.store.read { try $0.logins(of: ada.id) } == [])
            #expect(try await trial.store.read { try $0.login(others.digest) } == others)
        },
        Check("signing keys come newest first") { trial in
            let made = (0..<3).map {
                SigningKey(id: trial.ids.next(), secret: [0, UInt8($0)], createdAt: trial.now.advanced(by: Int64($0)))
            }
            for key in [made[1], made[0], made[2]] { try await trial.store.write { try $0.insert(key) } }
            #expect(try await trial.store.read { try $0.signingKeys() } == made.reversed())
            try await trial.store.write { try $0.deleteSigningKey(made[1].id) }
            #expect(try await trial.store.read { try $0.signingKeys() } == [made[2], made[0]])
        },
    ]

    static let leaving: [Check] = [
        Check("who is leaving is found no more, and their address is free") { trial in
            let ada = try await trial.user("a@example.org")
            let (key, login) = (try await trial.key(of: ada), try await trial.login(of: ada))
            try await trial.store.write { access in
                try access.setPasswordHash("h", of: ada.id)
                try access.beginLeaving(ada.id)
            }
            #expect(try await trial.found(ada.id) == nil)
            #expect(try await trial.store.read { try $0.user(email: ada.email, in: trial.workspace) } == nil)
            #expect(try await trial.store.read { try $0.users(in: trial.workspace, after: nil, limit: 9, offset: 0) } == [trial.owner])
            #expect(try await trial.store.read { try $0.login(login.digest) } == nil)
            #expect(try await trial.store.read { try $0.passwordHash(of: ada.id) } == nil)
            #expect(try await trial.store.read { try $0.leavingUsers().map(\.id) } == [ada.id])
            let next = try await trial.user("A@example.org")
            let isRemoved = try await trial.store.write { try $0.remove(ada.id) }
            #expect(isRemoved)
            #expect(try await trial.store.read { try $0.leavingUsers() } == [])
            #expect(try await trial.store.read { try $0.key(key.digest) } == nil)
            #expect(try await trial.found(next.id) == next)
        }
    ]
}
