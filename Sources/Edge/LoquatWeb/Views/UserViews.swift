import Access
import TimeOrdered

/// The workspace's users, for those who manage them.
struct UsersPage: Sendable {
    let title = "People"
    let users: [UserView]
    /// Where the shown part of the list begins, and where the next one does.
    let cursor: String?
    let moreUsers: String?
    let newRoles: [RoleChoice]
    let passwordMinimum: Int
    let passwordMaximum: Int
}

struct RoleChoice: Sendable {
    let role: String
    let isChosen: Bool
}

struct UserView: Sendable {
    let id: String
    let email: String
    /// Nil where they have none.
    let fullName: String?
    let roleName: String
    let isSuspended: Bool
    let isVisitor: Bool
    /// Whether the visitor may change them.
    let isManaged: Bool
    let roles: [RoleChoice]
}

extension UserView {
    init(_ user: User, for visitor: User) {
        id = user.id.description
        email = user.email
        fullName = user.name.isEmpty ? nil : user.name
        roleName = user.role.rawValue
        isSuspended = user.suspended
        isVisitor = user.id == visitor.id
        isManaged = UserService.mayManage(user, by: visitor)
        roles = RoleChoice.all(for: visitor, chosen: user.role)
    }
}

extension RoleChoice {
    static func all(for visitor: User, chosen: Role) -> [RoleChoice] {
        UserService.roles(givenBy: visitor).map { RoleChoice(role: $0.rawValue, isChosen: $0 == chosen) }
    }
}
