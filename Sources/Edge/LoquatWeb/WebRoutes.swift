package import Hummingbird
package import LoquatServer

/// The pages: what a person sees of this server. They read as their visitor may; what they change they change through the API.
package struct WebRoutes: Sendable {
    private let services: ServerServices

    package init(services: ServerServices) { self.services = services }

    /// An error as a page, with all that a page says of itself.
    package static let faultPage: @Sendable (Fault) -> FaultPage = { fault in
        FaultPage(headers: PageMiddleware.faultHeaders, html: Templates.shared.text("error", ErrorView(fault)))
    }

    package func add(to router: Router<ServerContext>) {
        let pages = router.group().add(middleware: PageMiddleware())
        AssetRoutes().add(to: pages)
        DocsRoutes().add(to: pages)
        let access = PageAccess(authenticator: services.access, accounts: services.accounts)
        LoginRoutes(access: access).add(to: pages)
        let frames = Frames(log: services.log, access: access)
        SessionPages(services: services, frames: frames).add(to: pages)
        BranchPages(services: services, frames: frames).add(to: pages)
        SharedPages(services: services).add(to: pages)
        SearchPages(frames: frames).add(to: pages)
        CollectionPages(services: services, frames: frames).add(to: pages)
        UserPages(services: services, frames: frames).add(to: pages)
        AccountPages(services: services, frames: frames).add(to: pages)
        AuditPages(services: services, frames: frames).add(to: pages)
        DocumentPages(services: services, frames: frames).add(to: pages)
    }
}
