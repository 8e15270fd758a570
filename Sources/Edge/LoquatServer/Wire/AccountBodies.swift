import Access
import SchemaReflection

/// The body of `POST /auth/register`.
struct NewAccount: Decodable, SchemaFields {
    let email: String
    let password: String
    let name: String?

    static let fields: [String: FieldRule] = ["email": .email, "password": .password, "name": .displayName]
}

/// The body of `POST /auth/token`.
struct Credentials: Decodable, SchemaFields {
    let email: String
    let password: String

    static let fields: [String: FieldRule] = ["email": .note("The account's."), "password": .note("The account's.")]
}

/// The body of `PATCH /auth/me`: what is not said stays.
struct ChangedAccount: Decodable, SchemaFields {
    let email: String?
    let name: String?
    let password: String?
    let currentPassword: String?

    static let fields: [String: FieldRule] = [
        "email": .email, "name": .displayName, "password": .password,
        "current_password": .note("The password so far, which a change of address or password needs."),
    ]
}

/// The body of `POST /api-keys`.
struct NewAPIKey: Decodable, SchemaFields {
    let name: String
    let scopes: [Scope]?
    let expiresIn: Int?

    static let fields: [String: FieldRule] = [
        "name": .text("What it is for.", 1...DisplayName.longest, form: .name),
        "scopes": .list("What it may be used for; all that the caller may hand on if not said.", 1...Scope.allCases.count),
        "expires_in": .integer("Seconds that it is in force; without end if not said.", 1...315_360_000),
    ]
}

/// The body of `POST /users`.
struct NewMember: Decodable, SchemaFields {
    let email: String
    let name: String?
    let role: Role?
    let password: String?

    static let schemaName = "NewUser"
    static let fields: [String: FieldRule] = [
        "email": .email, "name": .displayName, "role": .note("`member` if not said; only the owner makes admins."), "password": .password,
    ]
}

/// The body of `PATCH /users/{id}`: what is not said stays.
struct ChangedUser: Decodable, SchemaFields {
    let email: String?
    let name: String?
    let role: Role?
    let suspended: Bool?
    let password: String?

    static let fields: [String: FieldRule] = [
        "email": .email, "name": .displayName, "role": .note("What they may do."),
        "suspended": .note("A suspended user's keys, tokens and logins stop at once."), "password": .password,
    ]
}

extension FieldRule {
    fileprivate static let displayName = FieldRule.text("What they are called.", 0...DisplayName.longest, form: .nameOrNone)
    fileprivate static let password = FieldRule.text("At least 8 characters.", 8...256)
    fileprivate static let email = FieldRule.text("An e-mail address; unique in the workspace.", 3...320, form: .email)
}

extension TextForm {
    /// As HTML's pages take it, but for dots that RFC 5322 forbids.
    static let email = TextForm(
        pattern: "^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@"
            + "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$",
        message: "must be an e-mail address"
    ) { EmailAddress.isPossible($0) }
}
