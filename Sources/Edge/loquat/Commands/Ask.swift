import ArgumentParser
import JSON
import LoquatClient

struct Ask: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "One answer from the documents, with its sources.",
        discussion: """
            The answer is streamed; no server needs to run. With --json, one JSON object.

            Examples:
              loquat ask "How do I reset the router?"
              loquat ask "How many days of leave are there?" --collection handbook --json
            """)

    @Argument(help: "What to ask.")
    var question: String

    @Option(help: "Ask this collection first, and others only where it does not hold the answer.")
    var collection: String?

    @Flag(help: "Print the whole answer as JSON.")
    var json = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard question.contains(where: { !$0.isWhitespace }) else { throw ValidationError("The question is empty.") }
    }

    func run() async throws {
        let (question, collection, json) = (question, collection, json)
        try await LocalServer.withClient(try await common.settings()) { client in
            var body: JSONObject = ["message": .string(question)]
            if let collection { body["collection_id"] = .string(try await Collections.id(named: collection, client, creating: false)) }
            if json {
                body["stream"] = false
                Output.line(try await client.request("POST", "/api/v1/chat", body: .object(body)).text)
            } else {
                var shown = AnswerPrinter.Shown()
                try await AnswerPrinter.stream(.object(body), client, into: &shown)
            }
        }
    }
}
