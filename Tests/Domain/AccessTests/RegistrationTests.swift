import AccessTesting
import Conversation
import ConversationTesting
import Testing
import TimeOrdered

@testable import Access

struct RegistrationTests {
    private let rig = AccessRig()

    @Test func theFirstTakesTheWorkspaceOver() async throws {
        let before = try await rig.store.owner()
        #expect(!before.isClaimed && before.email == "owner@localhost")
        rig.clock.advance()
        let ada = try await rig.registration(.closed).register(email: "Ada@example.org", password: AccessRig.password, name: "Ada", from: "192.0.2.1")
        #expect(ada.id == before.id && ada.role == .owner && ada.isClaimed && ada.email == "Ada@example.org" && ada.name == "Ada")
        #expect(try await rig.store.owner() == ada)
        _ = try await rig.logins.login(email: "ada@example.org", password: AccessRig.password, from: nil)
        #expect(rig.actions == [.userRegistered, .loggedIn])
    }

    @Test func afterwardsItIsClosed() async throws {
        let registration = rig.registration(.closed)
        _ = try await registration.register(email: "a@example.org", password: AccessRig.password, from: nil)
        await rig.expect(.registrationClosed) { _ = try await registration.register(email: "b@example.org", password: AccessRig.password, from: nil) }
        await rig.expect(.registrationClosed) { _ = try await registration.register(email: "a@example.org", password: AccessRig.password, from: nil) }
    }

    @Test func whereItIsOpenOthersAreMembers() async throws {
        let registration = rig.registration(.open)
        let first = try await registration.register(email: "a@example.org", password: AccessRig.password, from: nil)
        let second = try await registration.register(email: "b@example.org", password: AccessRig.password, from: nil)
        #expect(first.role == .owner && second.role == .member && second.workspaceID == first.workspaceID)
        await rig.expect(.emailTaken) { _ = try await registration.register(email: "B@example.org", password: AccessRig.password, from: nil) }
    }

    @Test func ofManyAtOnceOneOwns() async throws {
        let registration = rig.registration(.closed)
        let results = await withTaskGroup(of: Role?.self) { group in
            for number in 0..<8 {
                group.addTask { try? await registration.register(email: "\(number)@example.org", password: AccessRig.password, from: nil).role }
            }
            return await group.reduce(into: [Role?]()) { $0.append($1) }
        }
        #expect(results.compactMap { $0 } == [.owner])
    }

    @Test func aKeyForTheOwnerClaims() async throws {
        _ = try await rig.keys.create(name: "k", email: "ada@example.org")
        #expect(try await !rig.store.owner().isClaimed, "a key of somebody else does not")
        _ = try await rig.keys.create(name: "k", email: nil)
        #expect(try await rig.store.owner().isClaimed)
        await rig.expect(.registrationClosed) {
            _ = try await rig.registration(.closed).register(email: "a@example.org", password: AccessRig.password, from: nil)
        }
    }

    @Test func anAddressThatSomebodyHasIsTaken() async throws {
        _ = try await rig.keys.create(name: "k", email: "ada@example.org")
        await rig.expect(.emailTaken) {
            _ = try await rig.registration(.closed).register(email: "ada@example.org", password: AccessRig.password, from: nil)
        }
        _ = try await rig.registration(.closed).register(email: "owner@localhost", password: AccessRig.password, from: nil)
    }

    @Test(arguments: ["", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\n", "a@b\u{0}", String(repeating: "x", count: 320) + "@y"])
    func whatIsNoAddressIsRefused(_ email: String) async throws {
        await rig.expect(.invalid(field: "email", reason: "must be an e-mail address of at most 320 characters")) {
            _ = try await rig.registration(.open).register(email: email, password: AccessRig.password, from: nil)
        }
    }

    @Test func passwordsAndNamesAreBound() async throws {
        await rig.expect(.invalid(field: "password", reason: "must have 8 to 256 characters")) {
            _ = try await rig.registration(.open).register(email: "a@b", password: "1234567", from: nil)
        }
        await rig.expect(.invalid(field: "name", reason: "must have at most 200 characters")) {
            _ = try await rig.registration(.open).register(
                email: "a@b", password: AccessRig.password, name: String(repeating: "x", count: 201), from: nil)
        }
        #expect(try await !rig.store.owner().isClaimed)
    }
}
