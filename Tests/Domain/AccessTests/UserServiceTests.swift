import AccessTesting
import Conversation
import ConversationTesting
import JSON
import Testing
import TimeOrdered

@testable import Access

/// Who manages whom.
struct UserServiceTests {
    private let rig = AccessRig()

    /// An asker of each role, all of one workspace.
    private func askers() async throws -> [Role: Asker] {
        var askers: [Role: Asker] = [.owner: try await rig.owner()]
        for role in [Role.admin, .member, .viewer] { askers[role] = rig.asker(try await rig.user("me-\(role)@example.org", role)) }
        return askers
    }

    // MARK: Making

    @Test func managersMakeUsers() async throws {
        let askers = try await askers()
        for (maker, role, isAllowed) in [
            (Role.owner, Role.admin, true), (.owner, .member, true), (.owner, .viewer, true), (.admin, .member, true), (.admin, .viewer, true),
            (.admin, .admin, false), (.member, .viewer, false), (.viewer, .viewer, false),
        ] {
            let new = NewUser(email: "\(maker)-\(role)@example.org", name: "N", role: role, password: AccessRig.password)
            guard isAllowed else {
                await rig.expectForbidden { _ = try await rig.users.create(new, by: askers[maker]!, from: nil) }
                continue
            }
            let made = try await rig.users.create(new, by: askers[maker]!, from: "192.0.2.1")
            #expect(made.role == role && made.name == "N")
            #expect(try await rig.found(made.id) == made)
            _ = try await rig.logins.login(email: new.email, password: AccessRig.password, from: nil)
        }
        await rig.expect(.ownerStays) {
            _ = try await rig.users.create(NewUser(email: "x@example.org", role: .owner), by: askers[.owner]!, from: nil)
        }
        #expect(rig.actions.filter { $0 == .userCreated }.count == 5)
    }

    @Test func anAddressIsOneUsersHoweverItIsWritten() async throws {
        let owner = try await rig.owner()
        _ = try await rig.users.create(NewUser(email: "Ada@Example.org"), by: owner, from: nil)
        await rig.expect(.emailTaken) { _ = try await rig.users.create(NewUser(email: "ada@example.ORG"), by: owner, from: nil) }
        let bob = try await rig.users.create(NewUser(email: "bob@example.org"), by: owner, from: nil)
        await rig.expect(.emailTaken) { _ = try await rig.users.update(bob.id, UserChange(email: "ADA@example.org"), by: owner, from: nil) }
        // Another way to write one's own is no clash.
        #expect(try await rig.users.update(bob.id, UserChange(email: "Bob@example.org"), by: owner, from: nil).email == "Bob@example.org")
    }

    @Test func aKeyWithoutTheScopeManagesNobody() async throws {
        let owner = try await rig.store.owner()
        let narrow = rig.asker(owner, scopes: Set(Scope.allCases).subtracting([.admin]))
        await rig.expectForbidden { _ = try await rig.users.create(NewUser(email: "x@example.org"), by: narrow, from: nil) }
        await rig.expectForbidden { _ = try await rig.users.list(PageRequest(limit: 10), by: narrow) }
        await rig.expectForbidden { _ = try await rig.users.update(owner.id, UserChange(name: "n"), by: narrow, from: nil) }
    }

    /// What an asker was a moment ago does not count.
    @Test func theAskersRoleIsReadWhereItStands() async throws {
        let eve = try await rig.user("eve@example.org", .admin)
        let asker = rig.asker(eve)
        _ = try await rig.users.update(eve.id, UserChange(role: .member), by: rig.owner(), from: nil)
        await rig.expectForbidden { _ = try await rig.users.create(NewUser(email: "x@example.org"), by: asker, from: nil) }
        _ = try await rig.users.update(eve.id, UserChange(role: .admin, suspended: true), by: rig.owner(), from: nil)
        await rig.expectForbidden { _ = try await rig.users.list(PageRequest(limit: 10), by: asker) }
    }

    // MARK: Changing

    @Test func whoMayChangeWhom() async throws {
        let askers = try await askers()
        for role in [Role.admin, .member, .viewer] {
            let target = try await rig.user("t-\(role)@example.org", role)
            for actor in [Role.owner, .admin, .member, .viewer] {
                let isAllowed = actor == .owner || (actor == .admin && role != .admin)
                for change in [
                    UserChange(name: "\(actor)"), UserChange(suspended: true), UserChange(suspended: false), UserChange(password: "12345678"),
                ] {
                    if isAllowed {
                        _ = try await rig.users.update(target.id, change, by: askers[actor]!, from: nil)
                    } else {
                        await rig.expectForbidden { _ = try await rig.users.update(target.id, change, by: askers[actor]!, from: nil) }
                    }
                }
            }
        }
    }

    @Test func whoMayGiveWhichRole() async throws {
        let askers = try await askers()
        let target = try await rig.user("t@example.org")
        for (actor, role, isAllowed) in [
            (Role.admin, Role.viewer, true), (.admin, .member, true), (.admin, .admin, false), (.owner, .admin, true), (.admin, .member, false),
            (.owner, .viewer, true),
        ] {
            if isAllowed {
                #expect(try await rig.users.update(target.id, UserChange(role: role), by: askers[actor]!, from: nil).role == role)
            } else {
                await rig.expectForbidden { _ = try await rig.users.update(target.id, UserChange(role: role), by: askers[actor]!, from: nil) }
            }
        }
        for actor in [Role.owner, .admin] {
            await rig.expect(.ownerStays) { _ = try await rig.users.update(target.id, UserChange(role: .owner), by: askers[actor]!, from: nil) }
        }
    }

    @Test func theOwnerStays() async throws {
        let askers = try await askers()
        let owner = askers[.owner]!.userID
        await rig.expect(.ownRole) { _ = try await rig.users.update(owner, UserChange(role: .admin), by: askers[.owner]!, from: nil) }
        await rig.expect(.ownerStays) { _ = try await rig.users.update(owner, UserChange(suspended: true), by: askers[.owner]!, from: nil) }
        for change in [
            UserChange(name: "x"), UserChange(role: .viewer), UserChange(suspended: true), UserChange(email: "x@y"), UserChange(password: "12345678"),
        ] {
            await rig.expectForbidden { _ = try await rig.users.update(owner, change, by: askers[.admin]!, from: nil) }
        }
        #expect(try await rig.users.update(owner, UserChange(name: "Me"), by: askers[.owner]!, from: nil).name == "Me")
    }

    @Test func nobodyChangesTheirOwnRoleOrSuspendsThemselves() async throws {
        let admin = try await rig.user("a@example.org", .admin)
        for role in [Role.member, .viewer] {
            await rig.expect(.ownRole) { _ = try await rig.users.update(admin.id, UserChange(role: role), by: rig.asker(admin), from: nil) }
        }
        await rig.expect(.ownAccount) { _ = try await rig.users.update(admin.id, UserChange(suspended: true), by: rig.asker(admin), from: nil) }
        _ = try await rig.users.update(admin.id, UserChange(name: "Me", role: .admin, suspended: false), by: rig.asker(admin), from: nil)
    }

    @Test func anotherWorkspacesUsersAreNotThere() async throws {
        let stranger = try await rig.user("s@example.org", in: rig.ids.next())
        let owner = try await rig.owner()
        for id in [stranger.id, rig.ids.next()] {
            await rig.expect(.notFound) { _ = try await rig.users.user(id, by: owner) }
            await rig.expect(.notFound) { _ = try await rig.users.update(id, UserChange(name: "x"), by: owner, from: nil) }
        }
        #expect(try await rig.users.list(PageRequest(limit: 10), by: owner).items.map(\.id) == [owner.userID])
    }

    @Test func eachChangeIsToldApart() async throws {
        let ada = try await rig.user("a@example.org")
        let owner = try await rig.owner()
        _ = try await rig.users.update(
            ada.id, UserChange(email: "b@example.org", name: "B", role: .viewer, suspended: true, password: "12345678"), by: owner, from: "192.0.2.1")
        _ = try await rig.users.update(ada.id, UserChange(suspended: false), by: owner, from: nil)
        let before = rig.store.records.count
        _ = try await rig.users.update(ada.id, UserChange(name: "B", suspended: false), by: owner, from: nil)
        #expect(rig.store.records.count == before, "what changes nothing is nothing")
        #expect(rig.actions == [.userUpdated, .roleChanged, .userSuspended, .passwordChanged, .userRestored])
        #expect(rig.store.records.allSatisfy { $0.actorID == owner.userID && $0.targetID == ada.id && $0.actorCredential == "socket" })
        #expect(rig.store.records[0].address == "192.0.2.1" && rig.store.records[0].details["fields"] == ["email", "name"])
        #expect(rig.store.records[1].details == ["from": "member", "to": "viewer"])
        #expect(!"\(rig.store.records)".contains("example.org") && !"\(rig.store.records)".contains("12345678"))
    }

    @Test func whatCannotBeStoredIsRefusedBeforeAnythingIsDone() async throws {
        let ada = try await rig.user("a@example.org")
        let owner = try await rig.owner()
        let changes = [
            UserChange(email: "no address", name: "x"), UserChange(name: String(repeating: "x", count: 201)),
            UserChange(name: "x", password: "short"),
        ]
        for change in changes {
            let error = await #expect(throws: AccessError.self) { try await rig.users.update(ada.id, change, by: owner, from: nil) }
            guard case .invalid = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(try await rig.found(ada.id) == ada)
        #expect(rig.actions == [])
    }

    // MARK: Listing

    @Test func usersAreListedPageByPage() async throws {
        let owner = try await rig.owner()
        var ids = [owner.userID]
        for number in 0..<6 { ids.append(try await rig.user("\(number)@example.org", password: nil).id) }
        var (found, cursor, pages) = ([UserID](), String?.none, 0)
        repeat {
            let page = try await rig.users.list(PageRequest(limit: 3, cursor: cursor), by: owner)
            found += page.items.map(\.id)
            cursor = page.next
            pages += 1
        } while cursor != nil
        #expect(found == ids && pages == 3)
        await #expect(throws: InvalidCursor.self) { try await rig.users.list(PageRequest(limit: 3, cursor: "x"), by: owner) }
        let member = rig.asker(try #require(try await rig.found(ids[1])))
        await rig.expectForbidden { _ = try await rig.users.list(PageRequest(limit: 3), by: member) }
    }
}
