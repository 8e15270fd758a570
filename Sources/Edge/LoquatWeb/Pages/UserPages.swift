import Access
import Conversation
import Hummingbird
import LoquatServer
import TimeOrdered

/// Who may come in, for those who manage it. To everybody else there is no such page.
struct UserPages {
    private static let usersAtOnce = 50

    let services: ServerServices
    let frames: Frames

    func add(to router: some RouterMethods<ServerContext>) {
        router.get("users") { request, _ in
            let visitor = try await frames.visitor(request)
            guard visitor.user.role.manages else { throw PageError.notFound }
            let cursor = request.query("cursor")
            let list = try await services.accounts.users.list(PageRequest(limit: Self.usersAtOnce, cursor: cursor), by: visitor.asker)
            let page = UsersPage(
                users: list.items.map { UserView($0, for: visitor.user) }, cursor: cursor.map(LocalPath.encoded),
                moreUsers: list.next.map(LocalPath.encoded), newRoles: RoleChoice.all(for: visitor.user, chosen: .member),
                passwordMinimum: PageAccess.passwordMinimum, passwordMaximum: PageAccess.passwordMaximum)
            return try await frames.page("users", page, for: visitor, at: .users)
        }
    }
}
