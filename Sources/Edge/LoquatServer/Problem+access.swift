import Access
import Hummingbird

extension Problem {
    /// What the front door's refusals mean outside.
    init(_ error: AccessError) {
        switch error {
        case .notFound: self = .notFound
        case .forbidden(let reason): self = .forbidden(reason)
        case .narrowKey: self = .forbidden("A key that does not reach as far as its user manages neither keys nor the account.")
        case .ownRole: self = .conflict("own_role", "Nobody changes their own role. Ask another admin, or the owner.")
        case .ownAccount: self = .conflict("own_account", "Nobody suspends or deletes themselves. Ask another admin, or the owner.")
        case .ownerStays: self = .conflict("owner_stays", "There is one owner, who is neither demoted nor suspended nor deleted.")
        case .emailTaken: self = .conflict("email_taken", "Another user has this e-mail address.")
        case .changedMeanwhile: self = .changedMeanwhile
        case .invalid(let field, let reason): self = .invalid("/\(field)", reason)
        case .scopesBeyond(let scopes):
            self = .forbidden("A key reaches no further than its user and what asks for it: \(scopes.map(\.rawValue).joined(separator: ", ")).")
        case .tooManyKeys(let limit): self = .conflict("too_many_keys", "You have \(limit) keys, which is the limit. Delete one first.")
        case .registrationClosed:
            self.init(status: .forbidden, code: "registration_closed", detail: "An admin makes the accounts here. Ask one.")
        case .wrongCredentials:
            self.init(
                status: .unauthorized, code: "wrong_credentials", detail: "There is no user with this e-mail address and password.",
                headers: [.wwwAuthenticate: "Bearer"])
        case .suspended: self.init(status: .forbidden, code: "suspended", detail: "This account is suspended. Ask an admin.")
        case .linkNotValid:
            self.init(
                status: .unauthorized, code: "link_not_valid",
                detail: "This link was used or has lapsed. `loquat login-link` prints a new one.",
                headers: [.wwwAuthenticate: "Bearer"])
        case .throttled(let seconds):
            self.init(
                status: .tooManyRequests, code: "too_many_attempts", detail: "Too many attempts. Try again in \(seconds) s.",
                headers: [.retryAfter: "\(seconds)"])
        case .busy:
            self.init(
                status: .serviceUnavailable, code: "busy", detail: "Too many passwords are being checked. Try again.", headers: [.retryAfter: "1"])
        }
    }

    private static func conflict(_ code: String, _ detail: String) -> Problem { Problem(status: .conflict, code: code, detail: detail) }
}
