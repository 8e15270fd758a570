import HTTPTypes

/// How an error is told: as a page to who looks at pages, as a problem to everybody else.
struct FaultTelling: Sendable {
    /// Nil where there are no pages.
    let page: (@Sendable (Fault) -> FaultPage)?

    /// Where nothing is known of the request, the answer is one that clients of OpenAI's API read too.
    /// - Returns: the header fields that the answer has beside its framing, and its body.
    func told(_ problem: Problem, to audience: Audience?, requestID: String) -> (headers: HTTPFields, body: [UInt8]) {
        var headers = problem.headers
        if let page, let audience, audience.isPerson {
            let told = page(fault(problem, audience, requestID))
            for field in told.headers { headers[field.name] = field.value }
            return (headers, Array(told.html.utf8))
        }
        headers[.contentType] = Problem.mediaType
        return (headers, (audience?.isOpenAI ?? true ? problem.forOpenAIClients : problem).json(requestID: requestID))
    }

    private func fault(_ problem: Problem, _ audience: Audience, _ requestID: String) -> Fault {
        Fault(
            status: problem.status, code: problem.code, detail: problem.detail, requestID: requestID,
            retryAfter: problem.headers[.retryAfter].flatMap { Int($0) }, target: audience.target,
            isSafe: audience.method == .get || audience.method == .head)
    }
}
