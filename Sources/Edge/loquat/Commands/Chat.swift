import ArgumentParser
import JSON
import LoquatClient

struct Chat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A conversation in the terminal.",
        discussion: """
            /sources shows the last answer's sources whole, /quit ends; so does the end of input.

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

    func run() async throws {
        let (collection, first) = (collection, session)
        try await LocalServer.withClient(try await common.settings()) { client in
            var collectionID: String?
            if let collection { collectionID = try await Collections.id(named: collection, client, creating: false) }
            var session = first
            var last = AnswerPrinter.Shown()
            while let line = prompt() {
                switch line {
                case "": continue
                case "/quit", "/exit": return
                case "/sources": showSources(last)
                case let command where command.hasPrefix("/"): Output.note("There is no command \(command); there are /sources and /quit.")
                default:
                    var body: JSONObject = ["message": .string(line)]
                    if let session { body["session_id"] = .string(session) }
                    if session == nil, let collectionID { body["collection_id"] = .string(collectionID) }
                    do {
                        last = try await AnswerPrinter.stream(.object(body), client)
                        session = last.session ?? session
                    } catch let failure as CommandFailure {
                        Output.note(failure.description)
                    } catch let failure as Client.Failure {
                        Output.note(failure.description)
                    }
                }
            }
        }
    }

    private func prompt() -> String? {
        if Output.isTerminal { Output.text("\n> ") }
        return readLine()?.trimmingPrefix { $0 == " " }.description
    }

    private func showSources(_ shown: AnswerPrinter.Shown) {
        guard !shown.sources.isEmpty else { return Output.note("There are no sources yet.") }
        for source in shown.sources {
            Output.line("\n" + CitedSources.heading(source))
            Output.line(Output.printable(source["content"]?.string ?? ""))
        }
    }
}
