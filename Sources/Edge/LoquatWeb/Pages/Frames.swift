import Access
import Conversation
import Hummingbird
import LoquatServer
import TimeOrdered

/// Puts pages into the frame of whoever looks at them.
struct Frames: Sendable {
    private static let sessionsAtOnce = 30
    private static let pinnedAtOnce = 50

    let log: any LogStore
    let access: PageAccess

    func visitor(_ request: Request) async throws -> Visitor { try await access.visitor(request) }

    func page<Content: Sendable>(
        _ template: String, _ content: Content, for visitor: Visitor, session: SessionID? = nil, at place: Frame.Place? = nil
    ) async throws -> Response {
        let list = try await sessions(of: visitor, cursor: nil, current: session?.description)
        let frame = Frame(
            visitor: .init(email: visitor.user.email, csrfToken: visitor.csrfToken), pinned: list.pinned, hasPinned: list.hasPinned,
            morePinned: list.morePinned, sessions: list.sessions, moreSessions: list.moreSessions, current: session?.description,
            managesUsers: visitor.user.role.manages, atCollections: place == .collections, atUsers: place == .users,
            atAccount: place == .account)
        return .page(template, Framed(frame: frame, content: content))
    }

    /// What stands at the side; with a cursor more of what is not pinned.
    func sessions(of visitor: Visitor, cursor: String?, current: String?) async throws -> SessionList {
        let (rows, next) = try await list(of: visitor.asker.userID, from: cursor, SessionFilter(archived: false, pinned: false))
        let (sessions, more) = (rows.map { link($0, current) }, next.map(LocalPath.encoded))
        guard cursor == nil else {
            return SessionList(pinned: [], hasPinned: false, morePinned: nil, sessions: sessions, moreSessions: more)
        }
        let top = try await pinned(of: visitor, cursor: nil, current: current)
        return SessionList(
            pinned: top.pinned, hasPinned: top.hasPinned, morePinned: top.morePinned, sessions: sessions, moreSessions: more)
    }

    /// Those that are kept at the top, and none of the others.
    func pinned(of visitor: Visitor, cursor: String?, current: String?) async throws -> SessionList {
        let filter = SessionFilter(archived: false, pinned: true)
        let (rows, next) = try await list(of: visitor.asker.userID, from: cursor, filter, limit: Self.pinnedAtOnce)
        return SessionList(
            pinned: rows.map { link($0, current) }, hasPinned: !rows.isEmpty, morePinned: next.map(LocalPath.encoded), sessions: [],
            moreSessions: nil)
    }

    func archived(of visitor: Visitor, cursor: String?) async throws -> ArchivePage {
        let (rows, next) = try await list(of: visitor.asker.userID, from: cursor, SessionFilter(archived: true))
        return ArchivePage(
            archived: rows.map { link($0, nil) }, cursor: cursor.map(LocalPath.encoded), moreArchived: next.map(LocalPath.encoded))
    }

    private func link(_ session: SessionRow, _ current: String?) -> SessionLink {
        SessionLink(id: session.id.description, title: session.title, isCurrent: session.id.description == current)
    }

    private func list(
        of user: UserID, from cursor: String?, _ filter: SessionFilter, limit: Int = Self.sessionsAtOnce
    ) async throws -> (rows: [SessionRow], next: String?) {
        let page = try await log.sessions(of: user, filter, PageRequest(limit: limit, cursor: cursor))
        return (page.items, page.next)
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
