import Hummingbird
import LoquatServer

/// What went wrong, and a way on.
struct ErrorView: Sendable {
    let assets = AssetURLs.shared
    let title: String
    let detail: String
    let requestID: String
    /// Where to try once more; nil where that would not help.
    var again: String?

    static func response(_ error: PageError, _ context: ServerContext) -> Response {
        .page("error", ErrorView(title: error.title, detail: error.detail, requestID: context.requestID), status: error.status)
    }
}

extension ErrorView {
    /// Paths whose forms may be filled in once more.
    private static let forms = ["/login", "/register"]

    init(_ fault: Fault) {
        let (title, detail) = Self.words(fault)
        let path = String(fault.target.prefix { $0 != "?" })
        let mayRepeat = fault.isSafe && (fault.status.code == 429 || fault.status.code >= 500)
        self.init(
            title: title, detail: detail, requestID: fault.requestID,
            again: LocalPath.checked(mayRepeat ? fault.target : Self.forms.contains(path) && !fault.isSafe ? path : nil))
    }

    private static func words(_ fault: Fault) -> (title: String, detail: String) {
        let wait = fault.retryAfter.map { $0 == 1 ? "Wait a second" : "Wait \($0) seconds" } ?? "Wait a moment"
        return switch fault.status.code {
        case 404: (PageError.notFound.title, PageError.notFound.detail)
        case 405: ("This is not done here", "The page that you look for takes nothing of this kind.")
        case 408: ("That took too long", "What was sent came too slowly. Try again, perhaps over another network.")
        case 413: ("That is too large", "What was sent is larger than this server takes here. Send less of it at once.")
        case 414, 431: ("That address is too long", "Perhaps it was copied together from several. Begin at the first page.")
        case 429: ("Too many requests", "More was asked from here than this server lets through. \(wait), then try again.")
        case 503: ("The server is busy", "It cannot do this just now. \(wait), then try again.")
        case 507: ("The server is full", "It has no room left. Tell whoever runs it.")
        case 500...: ("Something went wrong", "It is the server’s fault, not yours, and it was logged. Try again in a moment.")
        default: ("This cannot be done", fault.detail)
        }
    }
}
