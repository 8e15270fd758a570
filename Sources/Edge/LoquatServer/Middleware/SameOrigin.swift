import HTTPTypes
package import Hummingbird

/// Whether a request was made by a page of this server.
package enum SameOrigin {
    /// Browsers tell it with every request that is not a plain link; programs tell nothing, and do not bear cookies.
    package static func isProven(_ request: Request) -> Bool {
        if let site = request.headers[HTTPField.Name("Sec-Fetch-Site")!] { return site == "same-origin" }
        guard let origin = request.headers[.origin], let host = request.head.authority, let scheme = origin.firstRange(of: "://") else {
            return false
        }
        return origin[scheme.upperBound...].lowercased() == host.lowercased()
    }
}

/// Cookies of the page.
package enum PageCookie {
    package static let login = "loquat_session"

    /// A `Set-Cookie` value. Scripts cannot read it, and other sites' requests do not bear it but for plain links.
    /// - Parameters:
    ///   - maxAge: seconds; 0 takes it back, nil keeps it until the browser is closed.
    ///   - request: a proxy that speaks TLS says so; somebody who says so falsely only hides a cookie from themselves.
    package static func header(_ name: String, _ value: String, maxAge: Int?, _ request: Request) -> String {
        let isEncrypted = request.headers[HTTPField.Name("X-Forwarded-Proto")!]?.lowercased() == "https"
        let age = maxAge.map { "; Max-Age=\($0)" } ?? ""
        return "\(name)=\(value); Path=/; HttpOnly; SameSite=Lax\(age)\(isEncrypted ? "; Secure" : "")"
    }
}
