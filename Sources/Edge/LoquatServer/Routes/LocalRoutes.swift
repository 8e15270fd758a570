import Access
import Foundation
import Hummingbird
import TimeOrdered

/// What the commands ask of the store's process; served on the socket in the data directory alone.
struct LocalRoutes {
    let services: ServerServices

    func add(to api: RouterGroup<ServerContext>) {
        api.post("keys") { request, _ in try await createKey(request) }
        api.get("keys") { _, _ in try Response.json(try await services.keys.list().map(KeyResource.init)) }
        api.delete("keys/:key") { _, context in
            switch try await services.keys.revoke(context.parameters.get("key")?.removingPercentEncoding ?? "") {
            case .revoked: return Response(status: .noContent)
            case .notFound: throw Problem.notFound
            case .ambiguous(let count):
                throw Problem(status: .conflict, code: "ambiguous_name", detail: "\(count) keys have this name. `loquat keys list` tells their ids.")
            }
        }
        api.post("login-links") { _, _ in
            let path = "/login/\(services.accounts.links.make().text)"
            return try Response.json(["path": path, "address": services.pageAddress.url], status: .created)
        }
        LocalStoreRoutes(services: services).add(to: api)
        LocalExportRoutes(services: services).add(to: api)
    }

    private struct KeyBody: Decodable {
        let name: String
        let user: String?
    }

    private struct KeyResource: Encodable {
        let id: UUIDv7
        let userID: UUIDv7
        let name: String
        let scopes: [String]
        let createdAt: Timestamp
        var key: String?

        init(_ key: APIKey) {
            id = key.id
            userID = key.userID
            name = key.name
            scopes = key.scopes.map(\.rawValue).sorted()
            createdAt = key.createdAt
        }
    }

    private func createKey(_ request: Request) async throws -> Response {
        let body = try await request.json(KeyBody.self, limit: services.limits.bodyBytes)
        guard !body.name.isEmpty, body.name.unicodeScalars.count <= 200 else { throw Problem.invalid("/name", "must have 1 to 200 characters") }
        if let user = body.user, !user.contains("@") || user.unicodeScalars.count > 320 {
            throw Problem.invalid("/user", "must be an e-mail address")
        }
        let (secret, key) = try await services.keys.create(name: body.name, email: body.user)
        var resource = KeyResource(key)
        resource.key = secret.text
        return try Response.json(resource, status: .created)
    }
}
