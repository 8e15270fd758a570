/// Who may do what to whom. Everything is decided on users as they stand in the transaction that does it.
enum UserRules {
    /// The asker as they stand now.
    /// - Throws: `AccessError.forbidden` for all but the owner and admins, by a credential that reaches so far.
    static func manager(_ asker: Asker, _ access: any AccessReading) throws -> User {
        guard asker.may(.admin), let user = try access.user(asker.userID), user.role.manages, !user.suspended else {
            throw AccessError.forbidden(reason: "Only the owner and admins manage users, with the scope admin.")
        }
        return user
    }

    /// A user of the manager's workspace; of any other it is not even told that there is one.
    static func target(_ id: UserID, of manager: User, _ access: any AccessReading) throws -> User {
        guard let user = try access.user(id, in: manager.workspaceID) else { throw AccessError.notFound }
        return user
    }

    /// A role that a manager may give.
    static func checkGiving(_ role: Role, by manager: User) throws(AccessError) {
        switch role {
        case .owner: throw .ownerStays
        case .admin: if manager.role != .owner { throw .forbidden(reason: "Only the owner makes admins.") }
        case .member, .viewer: break
        }
    }

    /// Whether a manager may change this user at all.
    static func checkTouching(_ user: User, by manager: User) throws(AccessError) {
        guard user.id != manager.id else { return }
        switch user.role {
        case .owner: throw .forbidden(reason: "Only the owner changes the owner.")
        case .admin: if manager.role != .owner { throw .forbidden(reason: "Only the owner changes admins.") }
        case .member, .viewer: break
        }
    }

    static func check(_ change: UserChange, of user: User, by manager: User) throws(AccessError) {
        try checkTouching(user, by: manager)
        if user.id == manager.id, change.email != nil || change.password != nil {
            // Else whoever finds a manager's page open could take the account over.
            throw .forbidden(reason: "Your own address and password are changed in your own account, with the password so far.")
        }
        if let role = change.role, role != user.role {
            guard user.id != manager.id else { throw .ownRole }
            guard user.role != .owner else { throw .ownerStays }
            try checkGiving(role, by: manager)
        }
        if let suspended = change.suspended, suspended != user.suspended {
            guard user.role != .owner else { throw .ownerStays }
            guard user.id != manager.id else { throw .ownAccount }
        }
    }

    static func checkDeleting(_ user: User, by manager: User) throws(AccessError) {
        guard user.role != .owner else { throw .ownerStays }
        guard user.id != manager.id else { throw .ownAccount }
        try checkTouching(user, by: manager)
    }

    /// - Parameter user: who may have the address; nil for a new user.
    static func checkFree(_ email: String, for user: UserID?, in workspace: WorkspaceID, _ access: any AccessReading) throws {
        if let other = try access.user(email: email, in: workspace), other.id != user { throw AccessError.emailTaken }
    }
}
