import AccessTesting
import Conversation
import ConversationTesting
import JSON
import Testing
import TimeOrdered

@testable import Access

struct LimitServiceTests {
    private let rig = AccessRig()
    private var service: LimitService { LimitService(store: rig.store) }

    @Test func managersSetThem() async throws {
        let owner = try await rig.owner()
        let limits = WorkspaceLimits(requestsPerMinute: 5, tokensPerDay: 100)
        for (role, scopes, isAllowed) in [
            (Role.admin, Set(Scope.allCases), true), (.admin, [.chat], false), (.member, Set(Scope.allCases), false), (.viewer, [.chat], false),
        ] {
            let asker = rig.asker(try await rig.user("\(role)\(scopes.count)@example.org", role), scopes: scopes)
            if isAllowed {
                try await service.set(limits, inPlaceOf: nil, by: asker, from: "192.0.2.1")
            } else {
                await rig.expectForbidden { try await service.set(.none, inPlaceOf: nil, by: asker, from: nil) }
            }
            #expect(try await service.limits(for: asker) == limits)
        }
        try await service.set(limits, inPlaceOf: nil, by: owner, from: nil)
        #expect(rig.actions == [.limitsChanged], "what changes nothing is not told")
        let record = try #require(rig.store.records.last)
        #expect(record.targetKind == .workspace && record.targetID == owner.workspaceID && record.address == "192.0.2.1")
        #expect(record.details["from"] == ["requests_per_minute": nil, "concurrent_streams": nil, "tokens_per_day": nil])
        #expect(record.details["to"] == ["requests_per_minute": 5, "concurrent_streams": nil, "tokens_per_day": 100])
    }

    @Test func ofManyWhoSawTheSameOneIsFirst() async throws {
        let (service, owner) = (service, try await rig.owner())
        let set = await withTaskGroup(of: Bool.self) { group in
            for number in 1...20 {
                group.addTask {
                    do {
                        try await service.set(WorkspaceLimits(tokensPerDay: number), inPlaceOf: WorkspaceLimits.none, by: owner, from: nil)
                        return true
                    } catch { return error as? AccessError != .changedMeanwhile }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(set == 1)
    }

    @Test func whoWasLetInBeforeIsHeldToThemToo() async throws {
        let owner = try await rig.owner()
        let ada = try await rig.user("ada@example.org")
        let (secret, _) = try await rig.keys.create(NewKey(name: "k"), by: rig.asker(ada), from: nil)
        let token = try await rig.tokens.issue(for: ada, id: rig.ids.next(), now: rig.clock.now)
        let login = try await rig.logins.login(email: ada.email, password: AccessRig.password, from: nil)
        let stranger = try await rig.user("s@example.org", in: rig.ids.next())
        let (foreign, _) = try await rig.keys.create(NewKey(name: "k"), by: rig.asker(stranger), from: nil)
        for limits in [.none, WorkspaceLimits(concurrentStreams: 3), WorkspaceLimits(requestsPerMinute: 9), .none] {
            try await service.set(limits, inPlaceOf: nil, by: owner, from: nil)
            #expect(try await rig.authenticator.asker(bearer: secret.text)?.limits == limits)
            #expect(try await rig.authenticator.asker(bearer: token.text)?.limits == limits)
            #expect(try await rig.authenticator.asker(login: login.secret)?.limits == limits)
            #expect(try await rig.authenticator.asker(bearer: foreign.text)?.limits == WorkspaceLimits.none)
        }
    }
}
