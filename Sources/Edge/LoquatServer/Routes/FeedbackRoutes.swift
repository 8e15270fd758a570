import Access
import Conversation
import Hummingbird
import JSON
import NIOCore
import SchemaReflection
import TimeOrdered
import Turns

/// What people thought of answers, summed and to learn from.
struct FeedbackRoutes {
    private static let everybody = "all"
    /// Rated turns that are read at once.
    private static let batch = 50
    /// Messages before a rated answer that go with it.
    private static let messages = 21

    let services: ServerServices

    func add(to api: API) {
        let whose = Parameter.query(
            "user_id", .oneOf([Self.everybody]), "`all` for everybody in the workspace, for the owner and admins; one's own if not said.")
        api.add(
            Operation(
                method: .get, path: "/api/v1/feedback", id: "sumFeedback", tag: .turns,
                summary: "How answers were rated, by model and wording of the prompt.", admission: .scope(.chat),
                parameters: [whose] + Parameter.page(), answers: [.ok(ListResponse<RatingResource>.self, "The sums.")])
        ) { call in
            let (page, sums) = (try call.page(), try await services.log.ratings(in: call.asker.workspaceID, of: try user(call)))
            let start = try page.number(from: 0) + page.offset
            let rest = sums.dropFirst(start)
            let next = rest.count > page.limit ? "\(start + page.limit)" : nil
            return try Response.json(ListResponse(Page(items: Array(rest.prefix(page.limit)), next: next), RatingResource.init))
        }
        api.add(
            Operation(
                method: .get, path: "/api/v1/feedback/export", id: "exportFeedback", tag: .turns,
                summary: "The caller's rated answers with what was asked, as fine-tuning services take them.",
                details: """
                    JSON Lines: each an object with `messages`, the last of which is the rated answer. What is left out of prompts is left out here.
                    """,
                admission: .scope(.chat),
                parameters: [.query("rating", .oneOf(Rating.allCases.map(\.rawValue)), "Which of them; `up` if not said.")],
                answers: [.text("application/jsonl", "One conversation a line.")])
        ) { try await export($0) }
    }

    struct RatingResource: Codable, SchemaFields {
        let model: String?
        let promptVersion: String?
        let up: Int
        let down: Int

        init(_ sum: RatingSum) {
            model = sum.model
            promptVersion = sum.promptVersion
            up = sum.up
            down = sum.down
        }

        static let schemaName = "RatingSum"
        static let fields: [String: FieldRule] = [
            "model": .note("The model that answered."),
            "prompt_version": .note("Tells wordings of the instructions apart; null for answers that were given none."),
            "up": .note("Answers rated up."), "down": .note("Answers rated down."),
        ]
    }

    private func user(_ call: Call) throws -> UUIDv7? {
        guard call.query("user_id") == Self.everybody else { return call.asker.userID }
        guard call.asker.role.manages, call.asker.may(.admin) else {
            throw Problem.forbidden("The feedback of everybody is for the owner and admins.")
        }
        return nil
    }

    private func export(_ call: Call) async throws -> Response {
        // What was said is its user's own: those who manage others learn sums alone.
        let (user, workspace) = (call.asker.userID, call.asker.workspaceID)
        let rating = call.query("rating").flatMap(Rating.init) ?? .up
        return Response(
            status: .ok, headers: [.contentType: "application/jsonl"],
            body: ResponseBody { writer in
                var last: TurnID?
                while true {
                    let rows = try await services.log.ratedTurns(in: workspace, of: user, after: last, limit: Self.batch)
                    for row in rows where row.rating == rating {
                        guard let line = try await example(row) else { continue }
                        try await writer.write(ByteBuffer(bytes: line + [UInt8(ascii: "\n")]))
                    }
                    guard rows.count == Self.batch, let end = rows.last else { break }
                    last = end.id
                }
                try await writer.finish(nil)
            })
    }

    /// The conversation that led to an answer, as the model saw it; nil where the answer has no words, or is left out itself.
    private func example(_ row: TurnRow) async throws -> [UInt8]? {
        let depths = max(0, row.depth + 1 - Self.messages)..<row.depth + 1
        let rows = try await services.log.line(to: row.id, of: row.sessionID, depths: depths)
        let hidden = Set(rows.filter(\.isHidden).map(\.id))
        guard !hidden.contains(row.userTurnID ?? row.id) else { return nil }
        var messages: [JSONValue] = []
        for event in try await services.log.events(of: row.sessionID, seqs: rows.compactMap(\.contentSeq)) {
            switch try event.decodedPayload() {
            case .userMessage(let message) where !hidden.contains(message.turnID):
                messages.append(["role": "user", "content": .string(message.content)])
            case .assistantMessage(let message) where !hidden.contains(message.userTurnID):
                messages.append(["role": "assistant", "content": .string(message.content)])
            default: break
            }
        }
        // A conversation begins with a message of the user.
        while let first = messages.first, first["role"]?.string == "assistant", messages.count > 1 { messages.removeFirst() }
        guard let answer = messages.last?["content"]?.string, !answer.isEmpty, messages.count > 1 else { return nil }
        return JSONValue.object(["messages": .array(messages)]).bytes
    }
}
