package import Hummingbird

/// All routes, with what every request goes through.
package enum LoquatRouter {
    /// For the network: every caller shows a credential.
    /// - Parameters:
    ///   - faultPage: tells an error to somebody before a browser; without it all errors are problems.
    ///   - addPages: adds routes that are no part of the API.
    package static func publicRouter(
        _ services: ServerServices, faultPage: (@Sendable (Fault) -> FaultPage)? = nil, addPages: (Router<ServerContext>) -> Void = { _ in }
    ) -> Router<ServerContext> {
        let methods = AllowedMethods()
        let router = router(services, trust: .key, methods, FaultTelling(page: faultPage))
        addPages(router)
        methods.learn(router.routes)
        return router
    }

    /// For the socket in the data directory: whoever can open it is the owner.
    package static func localRouter(_ services: ServerServices) -> Router<ServerContext> {
        let methods = AllowedMethods()
        let router = router(services, trust: .owner, methods, FaultTelling(page: nil))
        LocalRoutes(services: services).add(to: router.group("local").add(middleware: Authentication(access: services.access, trust: .owner)))
        methods.learn(router.routes)
        return router
    }

    private static func router(
        _ services: ServerServices, trust: Authentication.Trust, _ methods: AllowedMethods, _ telling: FaultTelling
    ) -> Router<ServerContext> {
        let door = trust == .key ? services.frontDoor : nil
        let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        router.add(
            middleware: RequestMiddleware(
                metrics: services.metrics, ids: services.ids, logger: services.logger, methods: methods, door: door, telling: telling))
        let api = API(
            router: router, authentication: Authentication(access: services.access, trust: trust), limits: KeyLimits(door: door))
        SystemRoutes(services: services).add(to: api)
        AccountRoutes(services: services).add(to: api)
        UserRoutes(services: services).add(to: api)
        UsageRoutes(services: services).add(to: api)
        CollectionRoutes(services: services).add(to: api)
        DocumentRoutes(services: services).add(to: api)
        RetrievalRoutes(services: services).add(to: api)
        ChatRoutes(services: services).add(to: api)
        SessionRoutes(services: services).add(to: api)
        TurnRoutes(services: services).add(to: api)
        RegenerationRoutes(services: services).add(to: api)
        LineRoutes(services: services).add(to: api)
        ShareRoutes(services: services).add(to: api)
        FeedbackRoutes(services: services).add(to: api)
        SearchRoutes(services: services).add(to: api)
        ExportRoutes(services: services).add(to: api)
        OpenAIRoutes(services: services).add(to: api)
        EmbeddingRoutes(services: services).add(to: api)
        DocumentationRoutes(document: OpenAPIDocument(api.operations).bytes).add(to: router)
        return router
    }
}
