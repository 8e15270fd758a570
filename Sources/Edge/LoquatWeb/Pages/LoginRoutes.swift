import Access
import HTTPTypes
import Hummingbird
import LoquatServer

/// Coming in and going out.
struct LoginRoutes {
    /// 30 days, as long as a login lasts.
    private static let cookieAge = 30 * 24 * 3600
    private static let formLimit = 16 << 10

    let access: PageAccess

    private struct Form: Decodable {
        let form_token: String?
        let csrf: String?
        let email: String?
        let password: String?
        let to: String?
    }

    func add(to router: some RouterMethods<ServerContext>) {
        router.get("login") { request, _ -> Response in
            if try await access.asker(request) != nil { return Response.seeOther(LocalPath.checked(request.query("to")) ?? "/") }
            if try await access.offer() == .first { return Response.seeOther("/register") }
            return try await card(loginCard(request, to: request.query("to")), request)
        }
        router.post("login") { request, context in
            let form = try await checkedForm(request, context)
            let (email, password) = (form.email ?? "", form.password ?? "")
            return try await come(request, to: form.to, { try await access.login(email: email, password: password, from: context.address) }) {
                var card = loginCard(request, to: form.to)
                card.email = email
                return card
            }
        }
        // A page with a button: whoever looks ahead at links does not use it up.
        router.get("login/:token") { request, _ in try await card(linkCard(request), request) }
        router.post("login/:token") { request, context in
            _ = try await checkedForm(request, context)
            let token = context.parameters.get("token") ?? ""
            return try await come(request, to: nil, { try await access.login(link: token, from: context.address) }) { linkCard(request) }
        }
        router.get("register") { request, _ -> Response in
            if try await access.offer() == .closed { throw PageError.notFound }
            return try await card(try await registerCard(request), request)
        }
        router.post("register") { request, context in
            let form = try await checkedForm(request, context)
            var shown = try await registerCard(request)
            shown.email = form.email ?? ""
            return try await come(
                request, to: nil, { try await access.register(email: form.email ?? "", password: form.password ?? "", from: context.address) }
            ) { shown }
        }
        router.post("logout") { request, context in
            let form = try await form(request, context)
            if let secret = access.secret(request), let asker = try await access.asker(request) {
                guard SameOrigin.isProven(request), secret.isCSRFToken(form.csrf ?? "") else { throw FormToken.refusal }
                try await access.accounts.logins.logout(asker, from: context.address)
            }
            var response = Response.seeOther("/login")
            response.headers[.setCookie] = PageCookie.header(PageCookie.login, "", maxAge: 0, request)
            return response
        }
    }

    // MARK: Forms

    private func form(_ request: Request, _ context: ServerContext) async throws -> Form {
        let text = String(buffer: try await request.body.collect(upTo: Self.formLimit))
        do {
            return try URLEncodedFormDecoder().decode(Form.self, from: text)
        } catch {
            throw FormToken.refusal
        }
    }

    private func checkedForm(_ request: Request, _ context: ServerContext) async throws -> Form {
        let form = try await form(request, context)
        try FormToken.check(request, sent: form.form_token)
        return form
    }

    /// Lets somebody in, or shows the form again with the reason why not.
    private func come(
        _ request: Request, to path: String?, _ enter: () async throws -> String, again: () -> CardView
    ) async throws -> Response {
        do {
            let secret = try await enter()
            var response = Response.seeOther(LocalPath.checked(path) ?? "/")
            response.headers[.setCookie] = PageCookie.header(PageCookie.login, secret, maxAge: Self.cookieAge, request)
            return response
        } catch let refusal as LoginRefusal {
            var shown = again()
            shown.problem = refusal.message
            var response = try await card(shown, request, status: refusal.retryAfter == nil ? .unprocessableContent : .tooManyRequests)
            if let seconds = refusal.retryAfter { response.headers[.retryAfter] = "\(seconds)" }
            return response
        }
    }

    // MARK: Cards

    private func card(_ view: CardView, _ request: Request, status: HTTPResponse.Status = .ok) async throws -> Response {
        var response = Response.page("login", view, status: status)
        response.headers[.setCookie] = PageCookie.header(FormToken.cookie, view.formToken, maxAge: nil, request)
        return response
    }

    private func loginCard(_ request: Request, to path: String?) -> CardView {
        let to = LocalPath.checked(path)
        let hadLogin = request.cookies[PageCookie.login].map { !$0.value.isEmpty } ?? false
        let reason = hadLogin ? "Your login is no longer in force. Log in again to go on." : to.map { _ in "Log in to see this page." }
        return CardView(title: "Log in", explanation: reason, action: "/login", formToken: FormToken(of: request).text, to: to, button: "Log in")
    }

    private func linkCard(_ request: Request) -> CardView {
        CardView(
            title: "Log in", explanation: "This link logs you in as the owner, once.", action: LocalPath.encoded(request.uri.path),
            formToken: FormToken(of: request).text, asksEmail: false, button: "Log in")
    }

    private func registerCard(_ request: Request) async throws -> CardView {
        let isFirst = try await access.offer() == .first
        return CardView(
            title: isFirst ? "Welcome" : "Create an account",
            explanation: isFirst ? "Nobody has logged in here yet. The first account owns this server." : nil, action: "/register",
            formToken: FormToken(of: request).text, passwordUse: "new-password", passwordMinimum: PageAccess.passwordMinimum,
            button: "Create the account"
        )
    }
}
