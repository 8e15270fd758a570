package import HTTPTypes

/// An error that somebody before a browser is told as a page.
package struct Fault: Sendable {
    package let status: HTTPResponse.Status
    /// Stable, snake_case.
    package let code: String
    package let detail: String
    package let requestID: String
    /// Seconds after which it may be tried again.
    package let retryAfter: Int?
    /// What was asked for, from its path on.
    package let target: String
    /// Whether it was only looked at, so that it can be asked for once more.
    package let isSafe: Bool

    package init(
        status: HTTPResponse.Status, code: String, detail: String, requestID: String, retryAfter: Int?, target: String, isSafe: Bool
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.requestID = requestID
        self.retryAfter = retryAfter
        self.target = target
        self.isSafe = isSafe
    }
}

/// A page with its own header fields.
package struct FaultPage: Sendable {
    package let headers: HTTPFields
    package let html: String

    package init(headers: HTTPFields, html: String) {
        self.headers = headers
        self.html = html
    }
}
