/// Why the front door refuses. Each case is one answer outside.
package enum AccessError: Error, Sendable, Hashable {
    /// There is none, or none that the asker may see.
    case notFound
    /// The asker's role or credential does not reach that far.
    case forbidden(reason: String)
    /// Keys and the account are managed by what reaches as far as the user does.
    case narrowKey
    /// Nobody changes their own role.
    case ownRole
    /// Nobody suspends or deletes themselves.
    case ownAccount
    /// The owner is neither demoted nor suspended nor deleted, and there is one.
    case ownerStays
    case emailTaken
    /// It is no longer what the asker had seen.
    case changedMeanwhile
    /// - Parameter field: the member of the request, in `snake_case`.
    case invalid(field: String, reason: String)
    /// The key would reach further than its user's role, or than the credential that asks for it.
    case scopesBeyond([Scope])
    case tooManyKeys(limit: Int)
    case registrationClosed
    /// No such user, no such password, or not this one: which of them is not told.
    case wrongCredentials
    /// The password is right, but the user is suspended.
    case suspended
    /// The link was used, has lapsed, or never was.
    case linkNotValid
    /// - Parameter retryAfter: whole seconds.
    case throttled(retryAfter: Int)
    /// Too many passwords wait to be checked.
    case busy
}
