import AccessTesting
import ConversationTesting
import Synchronization
import Testing
import TimeOrdered

@testable import Access

struct AuthenticatorTests {
    private let rig = AccessRig()

    @Test func aKeyOpensWhatItsScopesAndItsUsersRoleAllow() async throws {
        let ada = try await rig.user("a@example.org", .admin)
        let (secret, key) = try await rig.keys.create(NewKey(name: "k", scopes: [.chat, .admin]), by: rig.asker(ada), from: nil)
        #expect(try await rig.authenticator.asker(bearer: secret.text) == Asker(ada, by: key))
        _ = try await rig.users.update(ada.id, UserChange(role: .viewer), by: rig.owner(), from: nil)
        #expect(try await rig.authenticator.asker(bearer: secret.text)?.scopes == [.chat])
    }

    @Test func aKeyLapses() async throws {
        let until = rig.clock.now.advanced(by: 5_000)
        let (secret, _) = try await rig.keys.create(NewKey(name: "k", expiresAt: until), by: rig.owner(), from: nil)
        rig.clock.advance(by: 4_999)
        #expect(try await rig.authenticator.asker(bearer: secret.text) != nil)
        rig.clock.advance()
        #expect(try await rig.authenticator.asker(bearer: secret.text) == nil)
    }

    @Test func whatIsNoCredentialOpensNothing() async throws {
        let (secret, _) = try await rig.keys.create(name: "k", email: nil)
        let text = secret.text
        let garbage = [
            "", "lq_", "lq_" + String(repeating: "A", count: 43), KeySecret().text, String(text.dropLast()), String(text.dropFirst(3)), text + "=",
            text + " ", " " + text, text + "\u{0}", text + "\n", text.uppercased(), "LQ_" + text.dropFirst(3), "Bearer " + text, text + text,
            String(text.reversed()), "🍊", String(repeating: "x", count: 1_000_000), LoginSecret().text, LinkSecret().text,
        ]
        for guess in garbage where guess != text {
            #expect(try await rig.authenticator.asker(bearer: guess) == nil)
            #expect(try await rig.authenticator.asker(login: LoginSecret(text: guess)) == nil)
        }
        #expect(try await rig.authenticator.asker(login: LoginSecret(text: text)) == nil)
        #expect(try await rig.authenticator.asker(bearer: text) != nil)
    }

    @Test func theSocketIsTheOwner() async throws {
        let owner = try await rig.store.owner()
        #expect(try await rig.authenticator.owner() == Asker(owner, by: .socket))
        #expect(try await rig.store.owner().isClaimed == false, "looking is not claiming")
    }

    @Test func aSuspendedUserIsOutAtOnceAndInAgainByTheirKeys() async throws {
        let ada = try await rig.user("a@example.org")
        let (secret, _) = try await rig.keys.create(NewKey(name: "k"), by: rig.asker(ada), from: nil)
        let opened = try await rig.logins.login(email: "a@example.org", password: AccessRig.password, from: nil)
        let token = try await rig.logins.token(email: "a@example.org", password: AccessRig.password, from: nil)
        func ways() async throws -> [Bool] {
            [
                try await rig.authenticator.asker(bearer: secret.text) != nil, try await rig.authenticator.asker(login: opened.secret) != nil,
                try await rig.authenticator.asker(bearer: token.text) != nil,
            ]
        }
        for _ in 0..<2 { #expect(try await ways() == [true, true, true]) }
        _ = try await rig.users.update(ada.id, UserChange(suspended: true), by: rig.owner(), from: nil)
        #expect(try await ways() == [false, false, false])
        _ = try await rig.users.update(ada.id, UserChange(suspended: false), by: rig.owner(), from: nil)
        #expect(try await ways() == [true, false, false])
    }

    /// However reads and the suspension interleave, nobody is let in after it has returned.
    @Test func whoIsSuspendedWhileTheyAskIsOut() async throws {
        let ada = try await rig.user("a@example.org")
        let (secret, _) = try await rig.keys.create(NewKey(name: "k"), by: rig.asker(ada), from: nil)
        let owner = try await rig.owner()
        for _ in 0..<100 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { for _ in 0..<3 { _ = try await rig.authenticator.asker(bearer: secret.text) } } }
                group.addTask { _ = try await rig.users.update(ada.id, UserChange(suspended: true), by: owner, from: nil) }
                try await group.waitForAll()
            }
            #expect(try await rig.authenticator.asker(bearer: secret.text) == nil)
            _ = try await rig.users.update(ada.id, UserChange(suspended: false), by: owner, from: nil)
            #expect(try await rig.authenticator.asker(bearer: secret.text) != nil)
        }
    }

    @Test func useOfAKeyIsWrittenLaterAndTogether() async throws {
        let (secret, key) = try await rig.keys.create(name: "k", email: nil)
        let (_, unused) = try await rig.keys.create(name: "u", email: nil)
        for _ in 0..<3 {
            rig.clock.advance(by: 1_000)
            _ = try await rig.authenticator.asker(bearer: secret.text)
        }
        #expect(try await rig.store.read { try $0.key(key.id)?.lastUsedAt } == nil)
        let version = rig.store.version
        try await rig.keyUse.write()
        #expect(try await rig.store.read { try $0.key(key.id)?.lastUsedAt } == rig.clock.now)
        #expect(try await rig.store.read { try $0.key(unused.id)?.lastUsedAt } == nil)
        #expect(rig.store.version == version, "nobody is forgotten for it")
    }
}
