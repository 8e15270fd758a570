import HTTPTypes
import Hummingbird
import HummingbirdCore
import LoquatServer

/// Tells browsers what a page may do, and answers errors as pages.
struct PageMiddleware: RouterMiddleware {
    typealias Context = ServerContext

    /// Nothing from elsewhere, nothing inline.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'"
    /// Swagger UI writes styles into its elements.
    static let docsPolicy = policy.replacing("style-src 'self'", with: "style-src 'self' 'unsafe-inline'")

    func handle(_ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as NotLoggedIn {
            response = error.response(request)
        } catch let error as PageError {
            response = ErrorView.response(error, context)
        }
        if response.headers[.contentSecurityPolicy] == nil { response.headers[.contentSecurityPolicy] = Self.policy }
        for (name, value) in Self.headers where response.headers[name] == nil { response.headers[name] = value }
        return response
    }

    /// The header fields of a page that no route made.
    static let faultHeaders: HTTPFields = {
        var fields: HTTPFields = [
            .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .contentSecurityPolicy: policy, .vary: "Accept",
        ]
        for (name, value) in headers { fields[name] = value }
        return fields
    }()

    private static let headers: [(HTTPField.Name, String)] = [
        (.xContentTypeOptions, "nosniff"),
        // Not `no-referrer`: with it browsers hide from this server, too, where a form comes from.
        (HTTPField.Name("Referrer-Policy")!, "same-origin"),
        (HTTPField.Name("Cross-Origin-Opener-Policy")!, "same-origin"),
        (HTTPField.Name("Cross-Origin-Resource-Policy")!, "same-origin"),
        (HTTPField.Name("Permissions-Policy")!, "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"),
    ]
}

/// An error that a person sees as a page.
struct PageError: Error {
    let status: HTTPResponse.Status
    let title: String
    let detail: String

    static let notFound = PageError(
        status: .notFound, title: "There is nothing here", detail: "What you look for does not exist, was deleted, or is not yours to see.")
}

/// Leads to the login, and from there back.
struct NotLoggedIn: Error {
    private static let address = HTTPField.Name("HX-Current-URL")!  // reason: a valid name

    func response(_ request: Request) -> Response {
        // A part of a page is fetched by htmx, which then goes there with the whole page.
        if request.headers[HTTPField.Name("HX-Request")!] != nil {
            let page = request.headers[Self.address].map { URI($0) }
            let back = LocalPath.checked(page.map { $0.path + ($0.query.map { "?\($0)" } ?? "") })
            return Response(status: .unauthorized, headers: [HTTPField.Name("HX-Redirect")!: Self.login(backTo: back ?? "/")])
        }
        return .seeOther(Self.login(backTo: request.uri.string))
    }

    private static func login(backTo path: String) -> String { path == "/" ? "/login" : "/login?to=\(LocalPath.encoded(path))" }
}
