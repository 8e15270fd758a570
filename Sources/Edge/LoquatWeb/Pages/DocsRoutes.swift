import HTTPTypes
import Hummingbird
import LoquatServer

/// `GET /docs`: Swagger UI on `/openapi.json`.
struct DocsRoutes {
    private struct DocsView: Sendable {
        let assets = AssetURLs.shared
    }

    func add(to router: some RouterMethods<ServerContext>) {
        router.get("docs") { _, _ in
            var response = Response.page("docs", DocsView())
            response.headers[.contentSecurityPolicy] = PageMiddleware.docsPolicy
            return response
        }
    }
}
