import AccessTesting
import Conversation
import ConversationTesting
import Testing
import TimeOrdered

@testable import Access

struct OwnAccountTests {
    private let rig = AccessRig()

    @Test func aNameIsFreeToChange() async throws {
        let ada = try await rig.user("a@example.org", .viewer)
        rig.clock.advance()
        let changed = try await rig.own.update(.init(name: "Ada"), by: rig.asker(ada), from: nil)
        #expect(changed.name == "Ada" && changed.updatedAt == rig.clock.now && changed.tokensValidAfter == ada.tokensValidAfter)
        #expect(try await rig.own.user(rig.asker(ada)) == changed)
    }

    @Test func addressAndPasswordNeedThePassword() async throws {
        let ada = try await rig.user("a@example.org")
        let changes: [(String?) -> OwnAccount.Change] = [
            { .init(email: "b@example.org", currentPassword: $0) }, { .init(password: "battery staple", currentPassword: $0) },
        ]
        for change in changes {
            await rig.expectForbidden { _ = try await rig.own.update(change(nil), by: rig.asker(ada), from: nil) }
            await rig.expect(.wrongCredentials) { _ = try await rig.own.update(change("wrong"), by: rig.asker(ada), from: nil) }
            _ = try await rig.own.update(change(AccessRig.password), by: rig.asker(ada), from: nil)
        }
        _ = try await rig.logins.login(email: "b@example.org", password: "battery staple", from: nil)
    }

    @Test func guessingTheCurrentPasswordIsSlowedDown() async throws {
        let ada = try await rig.user("a@example.org")
        for _ in 0..<5 {
            await rig.expect(.wrongCredentials) {
                _ = try await rig.own.update(.init(email: "b@c", currentPassword: "wrong"), by: rig.asker(ada), from: "192.0.2.1")
            }
        }
        await rig.expect(.throttled(retryAfter: 30)) {
            _ = try await rig.own.update(.init(email: "b@c", currentPassword: AccessRig.password), by: rig.asker(ada), from: "192.0.2.1")
        }
    }

    @Test func aNewPasswordEndsAllLoginsButThisOne() async throws {
        try await rig.user("a@example.org")
        let here = try await rig.logins.login(email: "a@example.org", password: AccessRig.password, from: nil)
        let there = try await rig.logins.login(email: "a@example.org", password: AccessRig.password, from: nil)
        let asker = try #require(try await rig.authenticator.asker(login: here.secret))
        _ = try await rig.own.update(.init(password: "battery staple", currentPassword: AccessRig.password), by: asker, from: nil)
        #expect(try await rig.authenticator.asker(login: here.secret) != nil)
        #expect(try await rig.authenticator.asker(login: there.secret) == nil)
        #expect(rig.actions.last == .passwordChanged)
        await rig.expect(.wrongCredentials) { _ = try await rig.logins.login(email: "a@example.org", password: AccessRig.password, from: nil) }
    }

    @Test func aFirstPasswordIsNotSetByAKey() async throws {
        let ada = try await rig.user("a@example.org", password: nil)
        let service = KeyService(store: rig.store, ids: rig.ids, clock: rig.clock.wallClock)
        let (secret, _) = try await service.create(NewKey(name: "k"), by: rig.asker(ada), from: nil)
        let key = try #require(try await rig.authenticator.asker(bearer: secret.text))
        await rig.expectForbidden { _ = try await rig.own.update(.init(password: "battery staple"), by: key, from: nil) }
        await rig.expectForbidden { _ = try await rig.own.update(.init(email: "x@example.org"), by: key, from: nil) }
        _ = try await rig.own.update(.init(name: "Ada"), by: key, from: nil)
        _ = try await rig.own.update(.init(password: "battery staple"), by: rig.asker(ada), from: nil)
        _ = try await rig.logins.login(email: "a@example.org", password: "battery staple", from: nil)
    }

    @Test func aNarrowKeyChangesNothing() async throws {
        let ada = try await rig.user("a@example.org")
        await rig.expect(.narrowKey) { _ = try await rig.own.update(.init(name: "x"), by: rig.asker(ada, scopes: [.chat]), from: nil) }
    }

    /// Of two who saw the same, one is first.
    @Test func whatWasChangedMeanwhileIsNotChanged() async throws {
        let ada = try await rig.user("a@example.org")
        rig.clock.advance(by: 1)
        let changed = try await rig.own.update(.init(name: "x"), inPlaceOf: ada, by: rig.asker(ada), from: nil)
        await rig.expect(.changedMeanwhile) { _ = try await rig.own.update(.init(name: "y"), inPlaceOf: ada, by: rig.asker(ada), from: nil) }
        let owner = try await rig.owner()
        await rig.expect(.changedMeanwhile) {
            _ = try await rig.users.update(ada.id, UserChange(name: "y"), inPlaceOf: ada, by: owner, from: nil)
        }
        #expect(try await rig.users.update(ada.id, UserChange(name: "y"), inPlaceOf: changed, by: owner, from: nil).name == "y")
    }

    @Test func anAddressOfSomebodyElseIsTaken() async throws {
        let ada = try await rig.user("a@example.org")
        try await rig.user("b@example.org")
        await rig.expect(.emailTaken) {
            _ = try await rig.own.update(.init(email: "B@example.org", currentPassword: AccessRig.password), by: rig.asker(ada), from: nil)
        }
    }

    @Test func whoIsGoneOrSuspendedChangesNothing() async throws {
        let ada = try await rig.user("a@example.org")
        _ = try await rig.users.update(ada.id, UserChange(suspended: true), by: rig.owner(), from: nil)
        await rig.expect(.notFound) { _ = try await rig.own.update(.init(name: "x"), by: rig.asker(ada), from: nil) }
        try await rig.store.write { try $0.beginLeaving(ada.id) }
        await rig.expect(.notFound) { _ = try await rig.own.user(rig.asker(ada)) }
        await rig.expect(.notFound) { _ = try await rig.own.update(.init(email: "b@c"), by: rig.asker(ada), from: nil) }
    }
}
