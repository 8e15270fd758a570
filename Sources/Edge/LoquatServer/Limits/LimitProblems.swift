import HTTPTypes

extension HTTPFields {
    private static let limit = HTTPField.Name("RateLimit-Limit")!  // reason: a valid name
    private static let remaining = HTTPField.Name("RateLimit-Remaining")!  // reason: a valid name
    private static let reset = HTTPField.Name("RateLimit-Reset")!  // reason: a valid name

    /// What is left of a limit, unless one that is narrower was told already.
    mutating func tell(_ allowance: Allowance) {
        guard self[Self.limit] == nil else { return }
        self[Self.limit] = "\(allowance.limit)"
        self[Self.remaining] = "\(allowance.remaining)"
        self[Self.reset] = "\(allowance.reset)"
    }

    /// Nothing left of a limit that something else than time gives back.
    static func usedUp(limit count: Int) -> HTTPFields {
        [.retryAfter: "1", limit: "\(count)", remaining: "0", reset: "1"]
    }

    /// A provider's limit is not known, but that nothing is left of it.
    mutating func completeRefusal() {
        if self[.retryAfter] == nil { self[.retryAfter] = "1" }
        if self[Self.remaining] == nil { self[Self.remaining] = "0" }
        if self[Self.reset] == nil { self[Self.reset] = self[.retryAfter] }
    }
}

extension Problem {
    static func tooManyRequests(_ allowance: Allowance, of whom: String) -> Problem {
        .limited(
            allowance, code: "rate_limited",
            detail: "This \(whom) may send \(allowance.limit) requests a minute. Try again in \(allowance.retryAfter) s.")
    }

    static func tooManyFailures(_ allowance: Allowance) -> Problem {
        .limited(
            allowance, code: "too_many_failures",
            detail: "Too many requests from here showed nothing that is in force. Try again in \(allowance.retryAfter) s.")
    }

    static func tooManyStreams(limit: Int) -> Problem {
        Problem(
            status: .tooManyRequests, code: "too_many_streams", detail: "This key has \(limit) streams open, which is the limit.",
            headers: .usedUp(limit: limit))
    }

    static func tooManyImports(limit: Int) -> Problem {
        Problem(
            status: .tooManyRequests, code: "busy", detail: "\(limit) imports are running, which is the limit. Try again when one has ended.",
            headers: .usedUp(limit: limit))
    }

    /// - Parameter retryAfter: seconds to midnight in UTC.
    static func tokenLimitReached(limit: Int, retryAfter: Int) -> Problem {
        .limited(
            Allowance(isAllowed: false, limit: limit, remaining: 0, reset: retryAfter, retryAfter: retryAfter), code: "token_limit_reached",
            detail: "You may use \(limit) tokens a day and have used them. The next day begins in \(retryAfter) s, at midnight in UTC.")
    }

    private static func limited(_ allowance: Allowance, code: String, detail: String) -> Problem {
        var problem = Problem(status: .tooManyRequests, code: code, detail: detail, headers: [.retryAfter: "\(allowance.retryAfter)"])
        problem.headers.tell(allowance)
        return problem
    }
}
