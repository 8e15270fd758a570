import Conversation
import JSON

/// What a workspace's users are held to: read by all of them, set by those who manage it.
package struct LimitService: Sendable {
    private let store: any AccessStore

    package init(store: any AccessStore) { self.store = store }

    package func limits(for asker: Asker) async throws -> WorkspaceLimits {
        try await store.read { try $0.limits(of: asker.workspaceID) }
    }

    /// Sets them; whoever is let in from now on is held to them.
    /// - Parameter seen: what the asker takes them to be; nil where they do not care.
    /// - Throws: `AccessError.forbidden`, `.changedMeanwhile`.
    package func set(_ limits: WorkspaceLimits, inPlaceOf seen: WorkspaceLimits?, by asker: Asker, from address: String?) async throws {
        try await store.write { access in
            let manager = try UserRules.manager(asker, access)
            let before = try access.limits(of: manager.workspaceID)
            if let seen, seen != before { throw AccessError.changedMeanwhile }
            guard limits != before else { return }
            try access.set(limits, of: manager.workspaceID)
            try access.record(
                asker.record(
                    .limitsChanged, of: .workspace, manager.workspaceID, from: address,
                    details: ["from": before.details, "to": limits.details]),
                in: manager.workspaceID)
        }
    }
}

extension WorkspaceLimits {
    /// As audit records tell them.
    fileprivate var details: JSONValue {
        func value(_ number: Int?) -> JSONValue { number.map { .number(JSONNumber($0)) } ?? .null }
        return [
            "requests_per_minute": value(requestsPerMinute), "concurrent_streams": value(concurrentStreams), "tokens_per_day": value(tokensPerDay),
        ]
    }
}
