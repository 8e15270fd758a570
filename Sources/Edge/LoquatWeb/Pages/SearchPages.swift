import Hummingbird
import LoquatServer

/// The search of one's own conversations and documents.
struct SearchPages {
    /// Characters of what is searched for.
    private static let longestQuery = 1_000

    let frames: Frames

    func add(to router: some RouterMethods<ServerContext>) {
        router.get("search") { request, _ in
            let visitor = try await frames.visitor(request)
            let query = String((request.query("q") ?? "").prefix(Self.longestQuery))
            return try await frames.page("search", SearchPage(query: query, queryMaximum: Self.longestQuery), for: visitor)
        }
    }
}
