package import JSON
package import TimeOrdered

package struct SessionCreated: Sendable, Hashable, Codable {
    package let userID: UUIDv7
    package let workspaceID: UUIDv7
    package let kind: SessionKind
    package let title: String
    package let collectionID: UUIDv7?
    package let metadata: JSONObject
    /// Where the session was branched off from another one.
    package let branchedFrom: BranchPoint?
    /// How many events, from the first on, tell what happened in another session: what was used there is counted there.
    package var copiedEvents: Int?

    package init(
        userID: UUIDv7, workspaceID: UUIDv7, kind: SessionKind, title: String, collectionID: UUIDv7?, metadata: JSONObject,
        branchedFrom: BranchPoint? = nil, copiedEvents: Int? = nil
    ) {
        self.userID = userID
        self.workspaceID = workspaceID
        self.kind = kind
        self.title = title
        self.collectionID = collectionID
        self.metadata = metadata
        self.branchedFrom = branchedFrom
        self.copiedEvents = copiedEvents
    }
}

/// A turn of a session that another one goes on from.
package struct BranchPoint: Sendable, Hashable, Codable {
    package let sessionID: UUIDv7
    package let turnID: UUIDv7

    package init(sessionID: UUIDv7, turnID: UUIDv7) {
        self.sessionID = sessionID
        self.turnID = turnID
    }
}

/// What was changed of a session; nil is "left as it was".
package struct SessionUpdated: Sendable, Hashable, Codable {
    package var title: String?
    package var metadata: JSONObject?
    package var archived: Bool?
    package var pinned: Bool?
    /// The collection was deleted.
    package var leavesCollection: Bool?

    package init(
        title: String? = nil, metadata: JSONObject? = nil, archived: Bool? = nil, pinned: Bool? = nil, leavesCollection: Bool? = nil
    ) {
        self.title = title
        self.metadata = metadata
        self.archived = archived
        self.pinned = pinned
        self.leavesCollection = leavesCollection
    }
}

/// A link was given out by which anybody may read the line that leads to a turn. The log holds no secret: only its digest.
package struct SessionShared: Sendable, Hashable, Codable {
    /// SHA-256 of the link's token, in hexadecimal.
    package let digest: String
    package let turnID: TurnID

    package init(digest: String, turnID: TurnID) {
        self.digest = digest
        self.turnID = turnID
    }
}

/// The link is no longer good.
package struct SessionUnshared: Sendable, Hashable, Codable {
    package let digest: String

    package init(digest: String) { self.digest = digest }
}
