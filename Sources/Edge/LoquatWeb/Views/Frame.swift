import Mustache

/// Addresses of what pages load.
struct AssetURLs: Sendable {
    static let shared = AssetURLs()

    let icon = WebAssets.shared.url("icon.svg")
    let style = WebAssets.shared.url("loquat.css")
    let htmx = WebAssets.shared.url("htmx.min.js")
    let forms = WebAssets.shared.url("forms.js")
    let timeline = WebAssets.shared.url("timeline.js")
    let elsewhere = WebAssets.shared.url("elsewhere.js")
    let conversation = WebAssets.shared.url("conversation.js")
    let asking = WebAssets.shared.url("asking.js")
    let turns = WebAssets.shared.url("turns.js")
    let branches = WebAssets.shared.url("branches.js")
    let sharing = WebAssets.shared.url("sharing.js")
    let search = WebAssets.shared.url("search.js")
    let upload = WebAssets.shared.url("upload.js")
    let importing = WebAssets.shared.url("importing.js")
    let docs = WebAssets.shared.url("docs.js")
    let swagger = WebAssets.shared.url("swagger-ui-bundle.js")
    let swaggerStyle = WebAssets.shared.url("swagger-ui.css")
}

/// What every page of somebody who has logged in shows beside its own.
struct Frame: Sendable {
    struct VisitorView: Sendable {
        let email: String
        let csrfToken: String
    }

    /// A page that the side leads to.
    enum Place {
        case collections, users, account
    }

    let assets = AssetURLs.shared
    let visitor: VisitorView
    let pinned: [SessionLink]
    let hasPinned: Bool
    let morePinned: String?
    let sessions: [SessionLink]
    let moreSessions: String?
    /// The session that is shown.
    let current: String?
    let managesUsers: Bool
    let atCollections: Bool
    let atUsers: Bool
    let atAccount: Bool
}

/// A page's own view within its frame: templates find the names of both.
struct Framed<Content: Sendable>: Sendable, MustacheParent {
    let frame: Frame
    let content: Content

    func child(named name: String) -> Any? { Self.member(name, of: content) ?? Self.member(name, of: frame) }

    private static func member(_ name: String, of value: Any) -> Any? {
        guard let child = Mirror(reflecting: value).children.first(where: { $0.label == name })?.value else { return nil }
        let mirror = Mirror(reflecting: child)
        return mirror.displayStyle == .optional ? mirror.children.first?.value : child
    }
}

/// A page outside the frame.
struct CardView: Sendable {
    let assets = AssetURLs.shared
    var title: String
    var explanation: String?
    var problem: String?
    var action: String
    var formToken: String
    var to: String?
    var asksEmail = true
    var email = ""
    var passwordUse = "current-password"
    var passwordMinimum = 1
    var button: String
    var offersRegistration = false
}
