import Hummingbird
import NIOCore

/// The API's own description, for whoever comes.
struct DocumentationRoutes {
    let document: [UInt8]

    func add(to router: Router<ServerContext>) {
        router.get("openapi.json") { [document] _, _ in Response.json(bytes: document) }
    }
}
