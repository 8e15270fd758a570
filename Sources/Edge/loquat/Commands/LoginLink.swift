import ArgumentParser
import JSON
import LoquatClient

struct LoginLink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a link that logs the owner in to the running server's page, once and within a quarter of an hour.",
        discussion: "Example:\n  loquat login-link")

    @Option(help: "The page's address as the browser sees it; without it, where the server listens.")
    var address: String?

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let settings = try await common.settings()
        let socket = LocalSocket(dataDirectory: settings.dataDirectory)
        // The links live in the server's memory.
        guard socket.isListening else { throw CommandFailure("No server runs on \(settings.dataDirectory). Start it with `loquat serve`.") }
        let made = try await Client(socketPath: socket.path).request("POST", "/local/login-links")
        guard let page = address ?? made["address"]?.string, let path = made["path"]?.string else {
            throw CommandFailure("The server on \(settings.dataDirectory) does not listen on the network.")
        }
        Output.line(page + path)
    }
}
