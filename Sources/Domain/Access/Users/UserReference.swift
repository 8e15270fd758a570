import TimeOrdered

/// A user as others name them.
package enum UserReference: Sendable, Hashable {
    case id(UserID)
    case email(String)

    /// As it was written.
    package var text: String {
        switch self {
        case .id(let id): id.description
        case .email(let email): email
        }
    }
}
