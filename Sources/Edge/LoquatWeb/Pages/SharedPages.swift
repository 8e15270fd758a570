import Access
import Conversation
import HTTPTypes
import Hummingbird
import LoquatServer
import TimeOrdered

/// Conversations that anybody reads who has their link.
struct SharedPages {
    private static let turnsAtOnce = 200
    /// Bytes of a token at the most; those that are made are shorter.
    private static let longestToken = 200
    private static let depths = 0...(1 << 30)

    let services: ServerServices

    func add(to router: some RouterMethods<ServerContext>) {
        router.get("shared/:token") { request, context in
            guard let token = context.parameters.get("token"), let (session, share) = try await find(token) else {
                try services.frontDoor.countUnknownLink(of: context)
                throw PageError.notFound
            }
            let start = request.queryNumber("from", in: Self.depths) ?? 0
            var response = Response.page("shared", try await page(session, share, from: start, "/shared/\(LocalPath.part(token))"))
            // The address is the secret: no site that an answer leads to is told it.
            response.headers[HTTPField.Name("Referrer-Policy")!] = "no-referrer"  // reason: a valid name
            response.headers[HTTPField.Name("X-Robots-Tag")!] = "noindex"  // reason: a valid name
            return response
        }
    }

    private func find(_ token: String) async throws -> (SessionRow, Share)? {
        guard (1...Self.longestToken).contains(token.utf8.count),
            let session = try await services.log.session(sharedBy: ShareToken.digest(of: token)), let share = session.share,
            try await services.accounts.users.isInForce(session.userID)
        else { return nil }
        return (session, share)
    }

    private func page(_ session: SessionRow, _ share: Share, from start: Int, _ path: String) async throws -> SharedPage {
        guard let last = try await services.log.turn(share.turnID, of: session.id), start <= last.depth else { throw PageError.notFound }
        let end = min(start + Self.turnsAtOnce, last.depth + 1)
        let rows = try await services.log.line(to: last.id, of: session.id, depths: start..<end)
        return SharedPage(
            title: try await services.log.title(of: share, in: session),
            turns: try await Timeline(services: services).shared(rows, of: session),
            later: end <= last.depth ? "\(path)?from=\(end)" : nil,
            earlier: start > 0 ? "\(path)?from=\(max(0, start - Self.turnsAtOnce))" : nil)
    }
}
