import Access
import Hummingbird
import JSON
import SchemaReflection
import TimeOrdered

/// The caller's own account: made, logged into, changed, and its keys.
struct AccountRoutes {
    let services: ServerServices

    private var accounts: AccountServices { services.accounts }

    func add(to api: API) {
        api.open(
            Operation(
                method: .post, path: "/api/v1/auth/register", id: "register", tag: .accounts, summary: "Make an account.",
                details: "The first is the owner's; afterwards it depends on the setting `LOQUAT_REGISTRATION`.", admission: .anybody,
                body: .json(NewAccount.self), answers: [.created(UserResource.self, "The account.")],
                problems: [.forbidden, .conflict, .tooManyRequests])
        ) { call in
            let body = try await call.body(NewAccount.self, limit: services.limits.bodyBytes)
            let user = try await accounts.registration.register(
                email: body.email, password: body.password, name: body.name ?? "", from: call.address)
            return try Response.json(UserResource(user), status: .created)
        }
        api.open(
            Operation(
                method: .post, path: "/api/v1/auth/token", id: "createToken", tag: .accounts, summary: "Log in: a token for programs.",
                details: "Attempts are limited for each account and address.", admission: .anybody, body: .json(Credentials.self),
                answers: [.ok(TokenResource.self, "The token.")], problems: [.unauthorized, .forbidden, .tooManyRequests])
        ) { call in
            let body = try await call.body(Credentials.self, limit: services.limits.bodyBytes)
            let token = try await accounts.logins.token(email: body.email, password: body.password, from: call.address)
            let seconds = token.expiresAt.milliseconds / 1000 - services.clock.now().milliseconds / 1000
            return try Response.json(
                TokenResource(accessToken: token.text, tokenType: "bearer", expiresIn: max(0, Int(seconds)), expiresAt: token.expiresAt))
        }
        api.add(
            Operation(
                method: .get, path: "/api/v1/auth/me", id: "getMe", tag: .accounts, summary: "Who is calling.", admission: .signedIn,
                answers: [.ok(CallerResource.self, "The user and what the credential reaches.", tagged: true)])
        ) { call in try Response.tagged(CallerResource(try await accounts.own.user(call.asker), call.asker)) }
        api.add(
            Operation(
                method: .patch, path: "/api/v1/auth/me", id: "updateMe", tag: .accounts, summary: "Change one's own account.",
                details: "A new password ends every token, and every login but the one that it was changed by.", admission: .signedIn,
                body: .json(ChangedAccount.self), answers: [.ok(CallerResource.self, "As it is now.", tagged: true)],
                problems: [.forbidden, .conflict, .tooManyRequests], isConditional: true)
        ) { try await update($0) }
        addKeys(to: api)
    }

    private func update(_ call: Call) async throws -> Response {
        let body = try await call.body(ChangedAccount.self, limit: services.limits.bodyBytes)
        let known = try await accounts.own.user(call.asker)
        try call.request.checkMatch(CallerResource(known, call.asker))
        let seen = call.request.headers[.ifMatch] == nil ? nil : known
        let change = OwnAccount.Change(
            name: body.name, email: body.email, password: body.password, currentPassword: body.currentPassword)
        let user = try await accounts.own.update(change, inPlaceOf: seen, by: call.asker, from: call.address)
        return try Response.tagged(CallerResource(user, call.asker))
    }

    // MARK: Keys

    private func addKeys(to api: API) {
        api.add(
            Operation(
                method: .post, path: "/api/v1/api-keys", id: "createAPIKey", tag: .accounts, summary: "Make a key.",
                details: """
                    It reaches no further than its user's role and what the request came by. No `Idempotency-Key`: the key is told once. A key \
                    that does not reach as far as its user makes none.
                    """, admission: .signedIn,
                body: .json(NewAPIKey.self), answers: [.created(CreatedKeyResource.self, "The key, told this once.")],
                problems: [.forbidden, .conflict])
        ) { try await createKey($0) }
        api.add(
            Operation(
                method: .get, path: "/api/v1/api-keys", id: "listAPIKeys", tag: .accounts, summary: "The caller's keys.", admission: .signedIn,
                parameters: Parameter.page(cursor: .uuid), answers: [.ok(ListResponse<APIKeyResource>.self, "A page of them, oldest first.")])
        ) { call in try Response.json(ListResponse(try await services.keys.list(try call.page(), by: call.asker), APIKeyResource.init)) }
        api.add(
            Operation(
                method: .delete, path: "/api/v1/api-keys/{id}", id: "deleteAPIKey", tag: .accounts, summary: "Delete a key; it stops at once.",
                admission: .signedIn, parameters: [.id("The key.")], answers: [.noContent("It is gone.")])
        ) { call in
            try await services.keys.delete(call.id(), by: call.asker, from: call.address)
            return Response(status: .noContent)
        }
    }

    /// No `Idempotency-Key` here: the answer holds a secret, which is kept nowhere.
    private func createKey(_ call: Call) async throws -> Response {
        let body = try await call.body(NewAPIKey.self, limit: services.limits.bodyBytes)
        let expiry = body.expiresIn.map { services.clock.now().advanced(by: Int64($0) * 1000) }
        let (secret, key) = try await services.keys.create(
            NewKey(name: body.name, scopes: body.scopes.map(Set.init), expiresAt: expiry), by: call.asker, from: call.address)
        return try Response.json(CreatedKeyResource(key, secret), status: .created)
    }
}
