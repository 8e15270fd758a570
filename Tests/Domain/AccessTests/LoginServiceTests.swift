import AccessTesting
import Conversation
import ConversationTesting
import JSON
import Testing
import TimeOrdered

@testable import Access

/// From a password, or a link, to a login or a token.
struct LoginServiceTests {
    private let rig = AccessRig()

    @Test func aLoginOpensAllThatTheRoleAllows() async throws {
        let ada = try await rig.user("Ada@example.org", .viewer)
        let opened = try await rig.logins.login(email: "ada@EXAMPLE.org", password: AccessRig.password, from: "192.0.2.1")
        #expect(opened.user == ada && opened.login.expiresAt == rig.clock.now.advanced(by: 30 * 86_400_000))
        #expect(opened.secret.text.wholeMatch(of: /lqs_[A-Za-z0-9_-]{43}/) != nil)
        let asker = try #require(try await rig.authenticator.asker(login: opened.secret))
        #expect(asker.userID == ada.id && asker.scopes == Scope.allowed(for: .viewer) && asker.credential == .login(opened.login.id))
        // A cookie is no bearer, and the text alone is nowhere kept.
        #expect(try await rig.authenticator.asker(bearer: opened.secret.text) == nil)
        #expect(!rig.store.everything.contains(opened.secret.text))
        let record = try #require(rig.store.records.last)
        #expect(record.action == .loggedIn && record.actorID == ada.id && record.address == "192.0.2.1")
    }

    @Test func aLoginLapses() async throws {
        try await rig.user("a@example.org")
        let opened = try await rig.logins.login(email: "a@example.org", password: AccessRig.password, from: nil)
        rig.clock.advance(by: Login.lifetime - 1)
        #expect(try await rig.authenticator.asker(login: opened.secret) != nil)
        rig.clock.advance()
        #expect(try await rig.authenticator.asker(login: opened.secret) == nil)
        try await rig.logins.forgetLapsed()
        #expect(try await rig.store.read { try $0.login(opened.login.digest) } == nil)
    }

    @Test func theWrongPasswordAndNobodysAreOneAnswer() async throws {
        try await rig.user("a@example.org")
        try await rig.user("keys@example.org", password: nil)
        for (email, password) in [("a@example.org", "wrong horse"), ("nobody@example.org", AccessRig.password), ("keys@example.org", ""), ("", "")] {
            await rig.expect(.wrongCredentials) { _ = try await rig.logins.login(email: email, password: password, from: "192.0.2.1") }
            await rig.expect(.wrongCredentials) { _ = try await rig.logins.token(email: email, password: password, from: "192.0.2.2") }
        }
        #expect(rig.actions == Array(repeating: .loginFailed, count: 8))
        // What was typed may be a password in the wrong place.
        #expect(!"\(rig.store.records)".contains("nobody") && !"\(rig.store.records)".contains("horse"))
    }

    @Test func guessingIsSlowedDown() async throws {
        try await rig.user("a@example.org")
        for _ in 0..<5 {
            await rig.expect(.wrongCredentials) { _ = try await rig.logins.login(email: "a@example.org", password: "wrong", from: "192.0.2.1") }
        }
        await rig.expect(.throttled(retryAfter: 30)) {
            _ = try await rig.logins.login(email: "a@example.org", password: AccessRig.password, from: "192.0.2.1")
        }
        _ = try await rig.logins.login(email: "a@example.org", password: AccessRig.password, from: "192.0.2.2")
    }

    @Test func guessingFillsNoDisk() async throws {
        var limits = LoginThrottle.Limits()
        (limits.accountBurst, limits.addressBurst, limits.pairBurst) = (10_000, 10_000, 10_000)
        let rig = AccessRig(limits: limits)
        for _ in 0..<100 { await rig.expect(.wrongCredentials) { _ = try await rig.logins.login(email: "a@x", password: "", from: "192.0.2.1") } }
        #expect(rig.store.records.count == 20)
        rig.clock.advance(by: 30_000)
        await rig.expect(.wrongCredentials) { _ = try await rig.logins.login(email: "a@x", password: "", from: "192.0.2.1") }
        #expect(rig.store.records.last?.details["unrecorded_before"]?.int == 80)
    }

    @Test func theSuspendedAreToldOnceTheyKnowThePassword() async throws {
        let ada = try await rig.user("a@example.org")
        _ = try await rig.users.update(ada.id, UserChange(suspended: true), by: rig.owner(), from: nil)
        await rig.expect(.suspended) { _ = try await rig.logins.login(email: "a@example.org", password: AccessRig.password, from: nil) }
        await rig.expect(.wrongCredentials) { _ = try await rig.logins.login(email: "a@example.org", password: "wrong", from: nil) }
    }

    @Test func logoutEndsThisLoginAlone() async throws {
        try await rig.user("a@example.org")
        let first = try await rig.logins.login(email: "a@example.org", password: AccessRig.password, from: nil)
        let second = try await rig.logins.login(email: "a@example.org", password: AccessRig.password, from: nil)
        let asker = try #require(try await rig.authenticator.asker(login: first.secret))
        try await rig.logins.logout(asker, from: nil)
        #expect(try await rig.authenticator.asker(login: first.secret) == nil)
        #expect(try await rig.authenticator.asker(login: second.secret) != nil)
        #expect(rig.actions.last == .loggedOut)
    }

    @Test func theOldestLoginEndsWhereThereAreTooMany() async throws {
        let ada = try await rig.user("a@example.org")
        let first = try await rig.logins.login(email: "a@example.org", password: AccessRig.password, from: nil)
        for _ in 0..<Login.limitPerUser { _ = try await rig.logins.login(email: "a@example.org", password: AccessRig.password, from: nil) }
        #expect(try await rig.store.read { try $0.logins(of: ada.id).count } == Login.limitPerUser)
        #expect(try await rig.authenticator.asker(login: first.secret) == nil)
    }

    /// Hashes of weaker parameters are renewed when their password is at hand.
    @Test func oldHashesAreRenewed() async throws {
        let ada = try await rig.user("a@example.org", password: nil)
        let weak = try Argon2.encoded(
            Password(new: AccessRig.password).bytes, salt: Array(repeating: 1, count: 16), .init(memoryKiB: 32, passes: 1, lanes: 1))
        try await rig.store.write { try $0.setPasswordHash(weak, of: ada.id) }
        for _ in 0..<2 { _ = try await rig.logins.login(email: "a@example.org", password: AccessRig.password, from: nil) }
        let hash = try await rig.store.read { try $0.passwordHash(of: ada.id) }
        #expect(hash?.hasPrefix("$argon2id$v=19$m=64,t=1,p=1$") == true)
    }

    @Test func aCSRFTokenIsItsLoginsOwn() {
        let (one, other) = (LoginSecret(), LoginSecret())
        #expect(one.csrfToken.count == 43 && one.csrfToken != other.csrfToken && one.csrfToken == LoginSecret(text: one.text).csrfToken)
        #expect(one.isCSRFToken(one.csrfToken) && !one.isCSRFToken(other.csrfToken) && !one.isCSRFToken(one.text))
        for wrong in ["", " ", one.csrfToken + "=", one.csrfToken + " ", String(one.csrfToken.dropLast()), one.csrfToken.lowercased() + "é"] {
            #expect(!one.isCSRFToken(wrong))
        }
    }

    // MARK: Links

    @Test func aLinkLogsTheOwnerInOnce() async throws {
        let link = rig.links.make()
        #expect(link.text.wholeMatch(of: /lql_[A-Za-z0-9_-]{43}/) != nil)
        let opened = try await rig.logins.login(link: link.text, from: "192.0.2.1")
        let owner = try await rig.store.owner()
        #expect(opened.user.id == owner.id && owner.isClaimed)
        #expect(try await rig.authenticator.asker(login: opened.secret)?.role == .owner)
        await rig.expect(.linkNotValid) { _ = try await rig.logins.login(link: link.text, from: nil) }
        #expect(rig.store.records.last?.actorCredential == "link")
    }

    @Test func linksLapseAndAreFew() async throws {
        let link = rig.links.make()
        rig.clock.advance(by: LoginLinks.lifetime)
        for text in [link.text, "", "lql_", LinkSecret().text, link.text + " "] {
            await rig.expect(.linkNotValid) { _ = try await rig.logins.login(link: text, from: nil) }
        }
        let first = rig.links.make()
        let others = (0..<LoginLinks.limit).map { _ in rig.links.make() }
        await rig.expect(.linkNotValid) { _ = try await rig.logins.login(link: first.text, from: nil) }
        for other in others { _ = try await rig.logins.login(link: other.text, from: nil) }
    }

    @Test func ofManyWhoUseALinkAtOnceOneIsLetIn() async throws {
        let link = rig.links.make()
        let count = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<20 { group.addTask { (try? await rig.logins.login(link: link.text, from: nil)) == nil ? 0 : 1 } }
            return await group.reduce(0, +)
        }
        #expect(count == 1)
    }
}
