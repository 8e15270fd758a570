import Access
import Testing
import TimeOrdered

struct ScopeTests {
    @Test func scopesHaveTheirNames() {
        let names = ["chat", "documents:read", "documents:write", "actions", "admin", "act_for_others"]
        #expect(Scope.allCases.map(\.rawValue) == names)
        for name in names { #expect(Scope(rawValue: name)?.rawValue == name) }
    }

    @Test(arguments: ["", "Chat", "chat ", " chat", "documents", "documents:*", "*", "all", "admin\u{0}", "actForOthers"])
    func whatIsNoScopeIsRefused(_ name: String) { #expect(Scope(rawValue: name) == nil) }

    @Test func aRoleHandsOutNoMoreThanItMay() {
        #expect(Scope.allowed(for: .owner) == Set(Scope.allCases))
        #expect(Scope.allowed(for: .admin) == Set(Scope.allCases))
        #expect(Scope.allowed(for: .member) == [.chat, .documentsRead, .documentsWrite, .actions])
        #expect(Scope.allowed(for: .viewer) == [.chat, .documentsRead])
    }

    @Test func anAskerMayWhatItsScopesSay() {
        let id = UUIDv7(high: 1, low: 2)
        for scopes in [Set<Scope>(), [.chat], [.admin, .documentsRead], Set(Scope.allCases)] {
            // A role alone gives nothing.
            let asker = Asker(userID: id, workspaceID: id, role: .owner, scopes: scopes)
            for scope in Scope.allCases { #expect(asker.may(scope) == scopes.contains(scope)) }
        }
    }
}
