import Access
import Conversation
import Hummingbird
import LoquatServer
import TimeOrdered

/// What a visitor may change of themselves, and their keys.
struct AccountPages {
    private static let keysAtOnce = 50

    let services: ServerServices
    let frames: Frames

    func add(to router: some RouterMethods<ServerContext>) {
        router.get("account") { request, _ in
            let visitor = try await frames.visitor(request)
            let cursor = request.query("cursor")
            let list = try await services.keys.list(PageRequest(limit: Self.keysAtOnce, cursor: cursor), by: visitor.asker)
            let now = services.clock.now()
            let page = AccountPage(
                email: visitor.user.email, fullName: visitor.user.name,
                hasPassword: try await services.accounts.own.hasPassword(visitor.asker), passwordMinimum: PageAccess.passwordMinimum,
                passwordMaximum: PageAccess.passwordMaximum, importBytes: services.limits.uploadBytes,
                importLimit: ByteCount.text(services.limits.uploadBytes), keys: list.items.map { KeyView($0, now) },
                cursor: cursor.map(LocalPath.encoded), moreKeys: list.next.map(LocalPath.encoded),
                scopes: ScopeChoice.all(for: visitor.user.role))
            return try await frames.page("account", page, for: visitor, at: .account)
        }
    }
}
