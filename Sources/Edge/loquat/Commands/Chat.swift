import ArgumentParser
import LoquatClient
import TimeOrdered

struct Chat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A conversation in the terminal.",
        discussion: """
            What begins with / is a command: /regenerate, /edit and /continue change the last exchange, /rewind and /undo the line, /branch \
            and /switch go another way. /help lists them all; /quit ends, and so does the end of input.

            Examples:
              loquat chat
              loquat chat --collection handbook
              loquat chat --session 0199c5d2-7a3e-7bb1-8d7e-2f6c0a9b4e11
            """)

    @Option(help: "Ask this collection first, and others only where it does not hold the answer.")
    var collection: String?

    @Option(help: "Go on with this session.")
    var session: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        if let session, UUIDv7(session) == nil { throw ValidationError("\(Output.printable(session)) is no session's id.") }
    }

    func run() async throws {
        let (collection, first) = (collection, session)
        try await LocalServer.withClient(try await common.settings()) { client in
            var collectionID: String?
            if let collection { collectionID = try await Collections.id(named: collection, client, creating: false) }
            // Said before anything is asked that could not be.
            if let first { _ = try await client.request("GET", "/api/v1/chat/sessions/\(first)") }
            var conversation = ChatConversation(session: first, collectionID: collectionID, client)
            defer { if let session = conversation.session { Output.note("`loquat chat --session \(session)` goes on with this conversation.") } }
            while let line = Self.prompt() {
                let input = ChatInput(line)
                guard input != .quit else { return }
                do {
                    try await conversation.take(input)
                } catch let failure as CommandFailure {
                    Output.note(failure.description)
                } catch let failure as Client.Failure {
                    Output.note(failure.description)
                }
            }
        }
    }

    private static func prompt() -> String? {
        if Output.isTerminal { Output.text("\n> ") }
        return readLine()?.trimmingPrefix { $0 == " " }.description
    }
}
