import Hummingbird
import LoquatServer

struct ErrorView: Sendable {
    let assets = AssetURLs.shared
    let title: String
    let detail: String
    let requestID: String

    static func response(_ error: PageError, _ context: ServerContext) -> Response {
        .page("error", ErrorView(title: error.title, detail: error.detail, requestID: context.requestID), status: error.status)
    }
}
