import Access
import Conversation
import Hummingbird
import LoquatServer
import TimeOrdered

/// Puts pages into the frame of whoever looks at them.
struct Frames: Sendable {
    private static let sessionsAtOnce = 30

    let log: any LogStore
    let access: PageAccess

    func visitor(_ request: Request) async throws -> Visitor { try await access.visitor(request) }

    func page<Content: Sendable>(
        _ template: String, _ content: Content, for visitor: Visitor, session: SessionID? = nil, at place: Frame.Place? = nil
    ) async throws -> Response {
        let list = try await sessions(of: visitor, cursor: nil, current: session?.description)
        let frame = Frame(
            visitor: .init(email: visitor.user.email, csrfToken: visitor.csrfToken), sessions: list.sessions, moreSessions: list.moreSessions,
            current: session?.description, managesUsers: visitor.user.role.manages, atCollections: place == .collections, atUsers: place == .users,
            atAccount: place == .account)
        return .page(template, Framed(frame: frame, content: content))
    }

    func sessions(of visitor: Visitor, cursor: String?, current: String?) async throws -> SessionList {
        let page = try await log.sessions(of: visitor.asker.userID, PageRequest(limit: Self.sessionsAtOnce, cursor: cursor))
        let links = page.items.filter { !$0.archived }.map { session in
            SessionLink(id: session.id.description, title: session.title, isCurrent: session.id.description == current)
        }
        return SessionList(sessions: links, moreSessions: page.next.map(LocalPath.encoded))
    }
}

extension ServerContext {
    /// The id in a page's path.
    func pageID() throws(PageError) -> UUIDv7 {
        guard let id = parameters.get("id").flatMap({ UUIDv7($0) }) else { throw .notFound }
        return id
    }
}

extension Request {
    func query(_ name: String) -> String? { queryText(name) }
    func queryNumber(_ name: String, in range: ClosedRange<Int>) -> Int? {
        query(name).flatMap(Int.init).flatMap { range.contains($0) ? $0 : nil }
    }
}
