import Foundation
import JSON
import LoquatClient

/// A conversation as the terminal goes on with it.
struct ChatConversation {
    /// Versions of an answer that are listed, the newest.
    private static let versionsListed = 20
    /// Characters of a message that is told on one line.
    private static let lineLimit = 100

    private let client: Client
    private let collectionID: String?
    /// Nil before the first message.
    private(set) var session: String?
    private var last = AnswerPrinter.Shown()
    /// The event that the last rewinding was answered with.
    private var rewound: Int?

    /// - Parameter collectionID: asked first in a conversation that begins.
    init(session: String?, collectionID: String?, _ client: Client) {
        self.session = session
        self.collectionID = collectionID
        self.client = client
    }

    /// - Throws: `CommandFailure`, `Client.Failure`: then the conversation goes on as it was.
    mutating func take(_ input: ChatInput) async throws {
        switch input {
        case .nothing, .quit: break
        case .help: Output.line(ChatInput.commands)
        case .wrong(let reason): throw CommandFailure(reason)
        case .message(let text): try await say(text)
        case .sources: showSources()
        case .regenerate(let instructions):
            let body: JSONObject = instructions.isEmpty ? [:] : ["instructions": .string(instructions)]
            try await stream(turnPath(try await tail(1).last, "regenerate"), body)
        case .edit(let text):
            let message = try await tail(2).last { $0["role"]?.string == "user" }
            try await stream(turnPath(message, "regenerate"), ["message": .string(text)])
        case .goOn: try await stream(turnPath(try await answer(), "continue"), [:])
        case .versions: try await showVersions()
        case .version(let number): try await select(number)
        case .rewind(let exchanges): try await rewind(exchanges)
        case .undo: try await undo()
        case .branches: try await showBranches()
        case .branch(let name): try await branch(name)
        case .switchTo(let name): try await switchTo(name)
        }
    }

    // MARK: Asking

    private mutating func say(_ message: String) async throws {
        var body: JSONObject = ["message": .string(message)]
        if let session { body["session_id"] = .string(session) }
        if session == nil, let collectionID { body["collection_id"] = .string(collectionID) }
        try await stream("/api/v1/chat", body)
    }

    private mutating func stream(_ path: String, _ body: JSONObject) async throws {
        var shown = AnswerPrinter.Shown()
        // Also of one that fails: its session is there, and can be gone on with.
        defer {
            if let id = shown.session {
                session = id
                last = shown
            }
        }
        try await AnswerPrinter.stream(.object(body), to: path, client, into: &shown)
    }

    private func showSources() {
        guard !last.sources.isEmpty else { return Output.note("There are no sources yet.") }
        for source in last.sources {
            Output.line("\n" + CitedSources.heading(source))
            Output.line(Output.printable(source["content"]?.string ?? ""))
        }
    }

    // MARK: Versions

    private func showVersions() async throws {
        let current = try await answer()
        let versions = Self.versions(of: current)
        for (index, id) in versions.enumerated().suffix(Self.versionsListed) {
            let version = try await client.request("GET", "\(try path())/turns/\(id)")
            Output.line("\(id == current["turn_id"]?.string ? "*" : " ") \(index + 1)  \(Self.line(version["content"]))")
        }
    }

    private mutating func select(_ number: Int) async throws {
        let versions = Self.versions(of: try await answer())
        guard versions.indices.contains(number - 1) else {
            throw CommandFailure("The last answer has \(versions.count) \(versions.count == 1 ? "version" : "versions").")
        }
        _ = try await client.request("POST", "\(try path())/turns/\(versions[number - 1])/select")
        try await tellEnd()
    }

    private static func versions(of answer: JSONValue) -> [String] { (answer["versions"]?.array ?? []).compactMap(\.string) }

    // MARK: Lines

    private mutating func rewind(_ exchanges: Int) async throws {
        let messages = try await tail(2 * exchanges + 1)
        let asked = messages.indices.filter { messages[$0]["role"]?.string == "user" }
        guard asked.count >= exchanges, case let first = asked[asked.count - exchanges], first > 0 else {
            throw CommandFailure("The conversation is not that long: its first exchange stays.")
        }
        let line = try await client.request("POST", "\(try path())/rewind", body: ["turn_id": messages[first - 1]["turn_id"] ?? .null])
        rewound = line["event_id"]?.int
        try await tellEnd()
    }

    private mutating func undo() async throws {
        guard let event = rewound else { throw CommandFailure("Nothing was rewound here.") }
        _ = try await client.request("POST", "\(try path())/restore", body: ["event_id": .number(JSONNumber(event))])
        rewound = nil
        try await tellEnd()
    }

    private func showBranches() async throws {
        var cursor: String?
        repeat {
            let page = try await client.request("GET", "\(try path())/branches?limit=100" + (cursor.map { "&cursor=\($0)" } ?? ""))
            for branch in page["items"]?.array ?? [] {
                Output.line("\(branch["current"]?.bool == true ? "*" : " ") \(Output.printable(branch["name"]?.string ?? ""))")
            }
            cursor = page["next_cursor"]?.string
        } while cursor != nil
    }

    private mutating func branch(_ name: String) async throws {
        guard let turn = try await tail(1).last?["turn_id"] else { throw CommandFailure("There is nothing to begin a branch at.") }
        _ = try await client.request("POST", "\(try path())/branches", body: ["turn_id": turn, "name": .string(name)])
        try await switchTo(name)
    }

    private mutating func switchTo(_ name: String) async throws {
        let escaped = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? name
        let path = "\(try path())/branches/\(escaped)/switch"
        do { _ = try await client.request("POST", path) } catch let failure as Client.Failure where failure.status == 404 {
            throw CommandFailure("There is no branch “\(Output.printable(name))”. /branches lists them.")
        }
        try await tellEnd()
    }

    // MARK: What was said

    private func path() throws -> String {
        guard let session else { throw CommandFailure("Nothing was said yet.") }
        return "/api/v1/chat/sessions/\(session)"
    }

    private func turnPath(_ message: JSONValue?, _ action: String) throws -> String {
        guard let turn = message?["turn_id"]?.string else { throw CommandFailure("Nothing was said yet.") }
        return "\(try path())/turns/\(turn)/\(action)"
    }

    /// The last messages of the line, the oldest first.
    private func tail(_ count: Int) async throws -> [JSONValue] {
        let path = try path()
        let total = try await client.request("GET", path)["message_count"]?.int ?? 0
        return try await client.request("GET", "\(path)/messages?offset=\(max(0, total - count))&limit=\(count)")["items"]?.array ?? []
    }

    private func answer() async throws -> JSONValue {
        guard let answer = try await tail(1).last, answer["role"]?.string == "assistant" else {
            throw CommandFailure("The conversation does not end with an answer.")
        }
        return answer
    }

    /// Tells where the line ends, once it is another one.
    private mutating func tellEnd() async throws {
        let message = try await tail(1).last ?? .null
        last.sources = message["sources"]?.array ?? []
        last.citations = message["citations"]?.array ?? []
        Output.line("The conversation now ends with: \(Self.line(message["content"]))")
    }

    private static func line(_ text: JSONValue?) -> String {
        let words = Output.printable((text?.string ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " "))
        return words.count <= lineLimit ? words : words.prefix(lineLimit) + "…"
    }
}
