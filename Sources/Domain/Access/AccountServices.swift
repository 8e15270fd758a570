/// What the front door is made of, for routes. The composition root fills it in.
package struct AccountServices: Sendable {
    package let users: UserService
    package let own: OwnAccount
    package let deletion: UserDeletion
    package let registration: Registration
    package let logins: LoginService
    package let links: LoginLinks
    package let audit: AuditLog
    package let limits: LimitService

    package init(
        users: UserService, own: OwnAccount, deletion: UserDeletion, registration: Registration, logins: LoginService, links: LoginLinks,
        audit: AuditLog, limits: LimitService
    ) {
        self.users = users
        self.own = own
        self.deletion = deletion
        self.registration = registration
        self.logins = logins
        self.links = links
        self.audit = audit
        self.limits = limits
    }
}
