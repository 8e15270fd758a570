import Conversation
import Hummingbird
import JSON
import Logging
import NIOCore
import ServerSentEvents
import TimeOrdered

/// What the commands ask of the store as a whole: checks, backups, and the log of any session.
struct LocalStoreRoutes {
    /// How long a backup is silent at the most.
    private static let heartbeat: Duration = .seconds(15)
    /// What waits to be told of a backup; the newest stays.
    private static let waitingLimit = 64
    private static let positions = 0...(1 << 53)
    private static let pathLimit = 4_000

    let services: ServerServices

    func add(to api: RouterGroup<ServerContext>) {
        api.post("verify") { _, _ in try Response.json(VerificationResource(try await services.log.verify())) }
        api.post("rebuild") { request, _ in
            let check = request.uri.queryParameters["check"] == "true"
            return try Response.json(RebuildResource(try await services.log.rebuild(repair: !check)))
        }
        api.post("backup") { request, _ in try await backup(request) }
        api.get("sessions/:session/log") { request, context in try await log(of: context.id("session"), request) }
    }

    // MARK: Log

    private func log(of session: SessionID, _ request: Request) async throws -> Response {
        let after = try request.number("after", default: 0, in: Self.positions)
        let limit = try request.number("limit", default: 20, in: PageLimits.limit)
        let (events, goesOn) = try await events(of: session, after: after, limit: limit)
        if events.isEmpty, try await services.log.events(of: session, seqs: [1]).isEmpty {
            throw Problem(status: .notFound, code: "not_found", detail: "There is no session \(session) in this data directory.")
        }
        let items = try events.map { event in
            do { return try LogEventResource(event) } catch is JSONSyntaxError { throw Problem.damaged(event.seq, "what it holds is no JSON") }
        }
        return try Response.json(ListResponse(Page(items: items, next: goesOn ? events.last.map { "\($0.seq)" } : nil), { $0 }))
    }

    /// What stands before a damaged event is told first.
    private func events(of session: SessionID, after: Int, limit: Int) async throws -> (events: [Conversation.LogEvent], goesOn: Bool) {
        do {
            let found = try await services.log.events(of: session, after: after, limit: limit + 1)
            return (Array(found.prefix(limit)), found.count > limit)
        } catch LogError.damaged(_, let seq, let reason) {
            guard seq > after + 1 else { throw Problem.damaged(seq, reason) }
            let before = try await services.log.events(of: session, after: after, limit: seq - after - 1)
            guard !before.isEmpty else { throw Problem.damaged(seq, reason) }
            return (before, true)
        }
    }

    // MARK: Backup

    private struct BackupBody: Decodable {
        let folder: String
    }

    /// What a backup is to tell, in its order.
    private enum Told: Sendable {
        case part(BackupPart)
        case report(BackupReport)
        case failure(code: String, message: String)
        case alive
    }

    private func backup(_ request: Request) async throws -> Response {
        let body = try await request.json(BackupBody.self, limit: services.limits.bodyBytes)
        guard body.folder.hasPrefix("/"), body.folder.utf8.count <= Self.pathLimit else {
            throw Problem.invalid("/folder", "must be an absolute path of at most \(Self.pathLimit) bytes")
        }
        return Response(
            status: .ok, headers: Response.eventStreamHeaders,
            body: ResponseBody { writer in
                let (waiting, teller) = AsyncStream.makeStream(of: Told.self, bufferingPolicy: .bufferingNewest(Self.waitingLimit))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await makeBackup(to: body.folder, teller) }
                    group.addTask {
                        while true {
                            // reason: a sign of life at times is all that this task gives
                            try await Task.sleep(for: Self.heartbeat)
                            teller.yield(.alive)
                        }
                    }
                    // Whoever asked may go: then writing fails, and the backup ends with this group.
                    for await told in waiting { try await Self.tell(told, &writer) }
                    group.cancelAll()
                }
                try await writer.finish(nil)
            })
    }

    private func makeBackup(to folder: String, _ teller: AsyncStream<Told>.Continuation) async {
        defer { teller.finish() }
        do {
            let report = try await services.backup.write(to: folder) { teller.yield(.part($0)) }
            services.logger.notice("a backup was made", metadata: ["folder": "\(folder)", "problems": "\(report.verification.problems.count)"])
            teller.yield(.report(report))
        } catch let error as BackupError {
            services.logger.error("a backup failed", metadata: ["folder": "\(folder)", "error": "\(error)"])
            teller.yield(.failure(code: error.code, message: error.description))
        } catch {
            services.logger.error("a backup was broken off", metadata: ["folder": "\(folder)", "error": "\(error)"])
            teller.yield(.failure(code: "backup_failed", message: "The backup was broken off. Nothing of it was kept."))
        }
    }

    private static func tell(_ told: Told, _ writer: inout any ResponseBodyWriter) async throws {
        var output = EventStreamWriter(reserving: 512)
        switch told {
        case .part(let part): output.event("progress", data: try encodeJSON(PartResource(part)))
        case .report(let report): output.event("done", data: try encodeJSON(BackupResource(report)))
        case .failure(let code, let message):
            let data: JSONValue = ["type": "error", "code": .string(code), "message": .string(message)]
            output.event("error", data: data.bytes)
        case .alive: output.comment(" still here")
        }
        try await writer.write(ByteBuffer(bytes: output.bytes))
    }
}

extension Problem {
    fileprivate static func damaged(_ seq: Int, _ reason: String) -> Problem {
        Problem(
            status: .internalServerError, code: "damaged_event",
            detail: "Event \(seq) of this session is damaged: \(reason). `loquat verify` names all that are; `--after \(seq)` goes on behind it.")
    }
}
