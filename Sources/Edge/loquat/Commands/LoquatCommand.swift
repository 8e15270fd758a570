import ArgumentParser
import LoquatServer

@main
struct LoquatCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loquat",
        abstract: "Answers from your documents, with citations that can be checked.",
        discussion: """
            Examples:
              loquat ingest handbook/ --collection handbook
              loquat ask "How many days of leave are there?" --collection handbook
              loquat serve --port 8080

            Every setting is an environment variable; `loquat config` lists them.
            """,
        version: productVersion,
        subcommands: [
            Serve.self, LoginLink.self, Keys.self, Ingest.self, Ask.self, Chat.self, Config.self, Verify.self, Rebuild.self, Log.self,
            Backup.self, Restore.self, Export.self, Import.self, Eval.self, ReadDocument.self,
        ])
}

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(help: "Folder that holds everything the server keeps.")
    var dataDir: String?

    @Option(help: "A JSON file of settings, such as {\"llm_url\": \"…\"}.")
    var config: String?

    func validate() throws {
        guard dataDir?.isEmpty != true else { throw ValidationError("--data-dir must name a folder.") }
    }

    func reader() async throws -> SettingsReader { try await SettingsReader(file: config) }

    func settings() async throws -> Settings {
        var settings = try Settings(try await reader())
        if let dataDir { settings.dataDirectory = dataDir }
        return settings
    }
}
