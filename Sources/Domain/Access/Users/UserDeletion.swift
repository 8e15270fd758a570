package import Conversation
import JSON
import TimeOrdered

/// Things of users that other stores keep, such as their collections.
package protocol Belongings: Sendable {
    /// Gives what a user has to another and takes them out of what they were let into. Nothing new is kept for them afterwards. Asked
    /// again for the same user, it does what is left.
    func handOver(from user: UserID, to heir: UserID) async throws
}

/// Deletes users with what is theirs.
///
/// The user is gone for all who ask from the first step on; what is theirs follows. A deletion that was cut off is finished by asking
/// again, or at the next start.
package struct UserDeletion: Sendable {
    private static let batch = 100

    private let store: any AccessStore
    private let log: any LogStore
    private let belongings: any Belongings
    private let endTurns: @Sendable (SessionID) async -> Void

    /// - Parameter endTurns: ends a session's running turn, so that it does not write to what is gone.
    package init(
        store: any AccessStore, log: any LogStore, belongings: any Belongings, endTurns: @escaping @Sendable (SessionID) async -> Void = { _ in }
    ) {
        self.store = store
        self.log = log
        self.belongings = belongings
        self.endTurns = endTurns
    }

    /// Sessions and keys go; collections go to the owner.
    /// - Throws: `AccessError.forbidden`, `.notFound`, `.ownerStays`, `.ownAccount`.
    package func delete(_ id: UserID, by asker: Asker, from address: String?) async throws {
        let leaving = try await store.write { access in
            let manager = try UserRules.manager(asker, access)
            if let begun = try access.leavingUsers().first(where: { $0.id == id && $0.workspaceID == manager.workspaceID }) { return begun }
            let user = try UserRules.target(id, of: manager, access)
            try UserRules.checkDeleting(user, by: manager)
            try access.beginLeaving(id)
            try access.record(
                asker.record(.userDeleted, of: .user, id, from: address, details: ["role": .string(user.role.rawValue)]), in: user.workspaceID)
            return user
        }
        try await finish(leaving, by: asker, from: address)
    }

    /// Ends deletions that an earlier process began.
    package func finishAll() async throws {
        for user in try await store.read({ try $0.leavingUsers() }) { try await finish(user, by: nil, from: nil) }
    }

    /// - Parameter asker: nil where an earlier process was asked.
    private func finish(_ user: User, by asker: Asker?, from address: String?) async throws {
        let owner = try await store.owner()
        try await belongings.handOver(from: user.id, to: owner.id)
        // A request that was let in before the user left may begin a session while others are deleted.
        repeat { try await deleteSessions(of: user.id, by: asker, from: address) } while try await !store.write { try $0.remove(user.id) }
    }

    private func deleteSessions(of user: UserID, by asker: Asker?, from address: String?) async throws {
        while true {
            let sessions = try await log.sessions(of: user, PageRequest(limit: Self.batch)).items
            if sessions.isEmpty { return }
            for session in sessions {
                await endTurns(session.id)
                let record = AuditRecord(
                    actorID: asker?.userID, actorCredential: asker?.credential.text, action: .sessionDeleted, targetKind: .session,
                    targetID: session.id, address: address, details: ["user_id": .string(user.description)])
                _ = try await log.delete(session: session.id, of: user, recording: record)
            }
        }
    }
}
