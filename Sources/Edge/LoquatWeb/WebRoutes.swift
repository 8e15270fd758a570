package import Hummingbird
package import LoquatServer

/// The pages: what a person sees of this server. They read as their visitor may; what they change they change through the API.
package struct WebRoutes: Sendable {
    private let services: ServerServices
    private let access: any PageAccess

    package init(services: ServerServices, access: any PageAccess) {
        self.services = services
        self.access = access
    }

    package func add(to router: Router<ServerContext>) {
        let pages = router.group().add(middleware: PageMiddleware())
        AssetRoutes().add(to: pages)
        DocsRoutes().add(to: pages)
        LoginRoutes(access: access).add(to: pages)
        let frames = Frames(log: services.log, access: access)
        SessionPages(services: services, frames: frames).add(to: pages)
        CollectionPages(services: services, frames: frames).add(to: pages)
        DocumentPages(services: services, frames: frames).add(to: pages)
    }
}
