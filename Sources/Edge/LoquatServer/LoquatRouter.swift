package import Hummingbird

/// All routes, with what every request goes through.
package enum LoquatRouter {
    /// For the network: every caller shows a key.
    package static func publicRouter(_ services: ServerServices) -> Router<ServerContext> {
        let methods = AllowedMethods()
        let router = router(services, trust: .key, methods)
        methods.learn(router.routes)
        return router
    }

    /// For the socket in the data directory: whoever can open it is the owner.
    package static func localRouter(_ services: ServerServices) -> Router<ServerContext> {
        let methods = AllowedMethods()
        let router = router(services, trust: .owner, methods)
        LocalRoutes(services: services).add(to: router.group("local").add(middleware: Authentication(access: services.access, trust: .owner)))
        methods.learn(router.routes)
        return router
    }

    private static func router(
        _ services: ServerServices, trust: Authentication.Trust, _ methods: AllowedMethods
    ) -> Router<ServerContext> {
        let door = trust == .key ? services.frontDoor : nil
        let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestMiddleware(metrics: services.metrics, ids: services.ids, logger: services.logger, methods: methods, door: door))
        SystemRoutes(services: services).add(to: router)
        let authentication = Authentication(access: services.access, trust: trust)
        let api = router.group("api/v1").add(middleware: authentication).add(middleware: KeyLimits(door: door))
        CollectionRoutes(services: services).add(to: api)
        DocumentRoutes(services: services).add(to: api)
        RetrievalRoutes(services: services).add(to: api)
        ChatRoutes(services: services).add(to: api)
        SessionRoutes(services: services).add(to: api)
        let v1 = router.group("v1").add(middleware: authentication).add(middleware: KeyLimits(door: door))
        OpenAIRoutes(services: services).add(to: v1)
        return router
    }
}
