/// What the users of a workspace are held to, as its managers set it; nil is no limit of the workspace's own. The server's own limits hold
/// beside it.
package struct WorkspaceLimits: Sendable, Hashable, Codable {
    /// Of one credential.
    package var requestsPerMinute: Int?
    /// Event streams that one credential has open.
    package var concurrentStreams: Int?
    /// Of one user, on one day in UTC.
    package var tokensPerDay: Int?

    package init(requestsPerMinute: Int? = nil, concurrentStreams: Int? = nil, tokensPerDay: Int? = nil) {
        self.requestsPerMinute = requestsPerMinute
        self.concurrentStreams = concurrentStreams
        self.tokensPerDay = tokensPerDay
    }

    package static let none = WorkspaceLimits()
}
