import Access
import Hummingbird
import JSON
import SchemaReflection

/// The workspace's users and its log, for those who manage it.
struct UserRoutes {
    let services: ServerServices

    private var users: UserService { services.accounts.users }
    private static let id = Parameter.id("The user.")

    func add(to api: API) {
        api.add(
            Operation(
                method: .post, path: "/api/v1/users", id: "createUser", tag: .accounts, summary: "Make a user.",
                details: "Without a password they come in by keys alone.", admission: .scope(.admin), body: .json(NewMember.self),
                answers: [.created(UserResource.self, "The user.")], problems: [.conflict], isIdempotent: true)
        ) { call in
            let (body, bytes) = try await call.bodyAndBytes(NewMember.self, limit: services.limits.bodyBytes)
            let new = NewUser(email: body.email, name: body.name ?? "", role: body.role ?? .member, password: body.password)
            return try await Idempotent(gate: services.idempotency, logger: services.logger).once(
                call.request, asker: call.asker, fingerprint: Idempotent.fingerprint(call.request, bytes)
            ) { (.created, try encodeJSON(UserResource(try await users.create(new, by: call.asker, from: call.address)))) }
        }
        api.add(
            Operation(
                method: .get, path: "/api/v1/users", id: "listUsers", tag: .accounts, summary: "The workspace's users.",
                admission: .scope(.admin), parameters: Parameter.page(cursor: .uuid),
                answers: [.ok(ListResponse<UserResource>.self, "A page of them, oldest first.")])
        ) { call in try Response.json(ListResponse(try await users.list(try call.page(), by: call.asker), UserResource.init)) }
        api.add(
            Operation(
                method: .get, path: "/api/v1/users/{id}", id: "getUser", tag: .accounts, summary: "One user.", admission: .scope(.admin),
                parameters: [Self.id], answers: [.ok(UserResource.self, "The user.", tagged: true)])
        ) { call in try Response.tagged(UserResource(try await users.user(call.id(), by: call.asker))) }
        api.add(
            Operation(
                method: .patch, path: "/api/v1/users/{id}", id: "updateUser", tag: .accounts, summary: "Change a user, or suspend them.",
                admission: .scope(.admin), parameters: [Self.id], body: .json(ChangedUser.self),
                answers: [.ok(UserResource.self, "As they are now.", tagged: true)], problems: [.conflict], isConditional: true)
        ) { try await update($0) }
        api.add(
            Operation(
                method: .delete, path: "/api/v1/users/{id}", id: "deleteUser", tag: .accounts, summary: "Delete a user.",
                details: "Their sessions and keys go with them; their collections go to the owner.", admission: .scope(.admin),
                parameters: [Self.id], answers: [.noContent("They are gone.")], problems: [.conflict])
        ) { call in
            try await services.accounts.deletion.delete(call.id(), by: call.asker, from: call.address)
            return Response(status: .noContent)
        }
        api.add(
            Operation(
                method: .get, path: "/api/v1/audit", id: "listAudit", tag: .accounts, summary: "Who did what in the workspace.",
                admission: .scope(.admin), parameters: Parameter.page(),
                answers: [.ok(ListResponse<AuditEntryResource>.self, "A page of it, newest first.")])
        ) { call in
            try Response.json(ListResponse(try await services.accounts.audit.entries(try call.page(), for: call.asker), AuditEntryResource.init))
        }
    }

    private func update(_ call: Call) async throws -> Response {
        let body = try await call.body(ChangedUser.self, limit: services.limits.bodyBytes)
        let id = try call.id()
        let known = try await users.user(id, by: call.asker)
        try call.request.checkMatch(UserResource(known))
        let seen = call.request.headers[.ifMatch] == nil ? nil : known
        let change = UserChange(
            email: body.email, name: body.name, role: body.role, suspended: body.suspended, password: body.password)
        return try Response.tagged(UserResource(try await users.update(id, change, inPlaceOf: seen, by: call.asker, from: call.address)))
    }
}
