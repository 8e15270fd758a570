import Access
import Testing
import TimeOrdered

extension AccessStoreContract {
    static let limits: [Check] = [
        Check("limits are a workspace's own, none at first, and grow the version") { trial in
            let stranger = try await trial.user("s@example.org", in: trial.ids.next())
            #expect(try await trial.store.read { try $0.limits(of: trial.workspace) } == .none)
            for limits in [
                WorkspaceLimits(requestsPerMinute: 1, concurrentStreams: 2, tokensPerDay: 3), WorkspaceLimits(tokensPerDay: 1_000_000_000_000_000),
                .none, WorkspaceLimits(requestsPerMinute: 7),
            ] {
                let before = trial.store.version
                try await trial.store.write { try $0.set(limits, of: trial.workspace) }
                #expect(trial.store.version > before)
                #expect(try await trial.store.read { try $0.limits(of: trial.workspace) } == limits)
                #expect(try await trial.store.read { try $0.limits(of: stranger.workspaceID) } == .none)
            }
            #expect(try await trial.store.read { try $0.limits(of: trial.ids.next()) } == .none)
        }
    ]
}
