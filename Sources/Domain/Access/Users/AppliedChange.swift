import Conversation
import JSON
import TimeOrdered

/// A user after a change, and what is to be told of it.
struct AppliedChange {
    private(set) var user: User
    private(set) var actions: [(AuditAction, JSONObject)] = []
    private(set) var endsLogins = false

    var isChange: Bool { !actions.isEmpty }

    init(_ change: UserChange, to before: User, newPassword: Bool, _ now: Timestamp) {
        user = before
        user.email = change.email ?? before.email
        user.name = change.name ?? before.name
        user.role = change.role ?? before.role
        user.suspended = change.suspended ?? before.suspended
        let fields = [("email", user.email != before.email), ("name", user.name != before.name)].filter(\.1).map(\.0)
        if !fields.isEmpty { actions.append((.userUpdated, ["fields": .array(fields.map { .string($0) })])) }
        if user.role != before.role {
            actions.append((.roleChanged, ["from": .string(before.role.rawValue), "to": .string(user.role.rawValue)]))
        }
        if user.suspended != before.suspended { actions.append((user.suspended ? .userSuspended : .userRestored, [:])) }
        if newPassword { actions.append((.passwordChanged, [:])) }
        endsLogins = newPassword || (user.suspended && !before.suspended)
        if endsLogins { user.endTokens(now) }
        if isChange { user.updatedAt = now }
    }

    /// An owner who sets their own name, address or password is somebody.
    mutating func claim() { user.isClaimed = true }
}
