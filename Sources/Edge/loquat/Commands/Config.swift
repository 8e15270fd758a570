import ArgumentParser

struct Config: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print each setting with its value, its source and its meaning.",
        discussion: """
            Secrets are masked. Settings come from the environment, then from the file that --config names, then from the defaults; a
            secret is read from a file with …_FILE.

            Examples:
              loquat config
              loquat config --config loquat.json
            """)

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let reader = try await common.reader()
        for setting in Setting.all {
            let found = try reader.find(setting)
            let isFolder = setting.name == Setting.dataDirectory.name
            if isFolder, let folder = common.dataDir {
                Output.line("\(setting.name) = \(folder)\n    from --data-dir · \(setting.meaning)")
                continue
            }
            var value = found.value ?? (isFolder ? Settings.defaultDataDirectory : "(none)")
            if setting.isSecret, found.value != nil { value = "********" }
            Output.line("\(setting.name) = \(value)\n    from \(found.source) · \(setting.meaning)")
        }
        _ = try Settings(reader)
    }
}
