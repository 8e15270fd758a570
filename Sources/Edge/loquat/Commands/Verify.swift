import ArgumentParser
import JSON
import LoquatClient

struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the log's hash chains and checkpoints.",
        discussion: """
            Names each event that was changed or is missing; exits with 1 where there is one. Works while the server runs.

            Example:
              loquat verify --data-dir /var/lib/loquat
            """)

    @Flag(help: "Print the report as JSON.")
    var json = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let report = try await LocalServer.withClient(try await common.settings()) { try await $0.request("POST", "/local/verify") }
        let problems = report["problems"]?.array ?? []
        if json { Output.line(report.text) } else { for line in ReportLines.verification(report) { Output.line(line) } }
        if !problems.isEmpty { throw ExitCode(1) }
    }
}

struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fold the projections from the log anew.",
        discussion: """
            With --check nothing is written: the folded rows are compared with those that are there, and the command exits with 1 where
            they differ. A session whose log is damaged is named and stays as it is, while the others are folded; then, too, the command
            exits with 1. `loquat verify` names the events.

            Examples:
              loquat rebuild --check
              loquat rebuild
            """)

    @Flag(help: "Compare, and write nothing.")
    var check = false

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let check = check
        let report = try await LocalServer.withClient(try await common.settings()) {
            try await $0.request("POST", "/local/rebuild?check=\(check)")
        }
        for line in ReportLines.rebuild(report, repaired: !check) { Output.line(line) }
        let isDamaged = report["damaged"]?.array?.isEmpty == false
        if isDamaged || check && report["differing"]?.array?.isEmpty == false { throw ExitCode(1) }
    }
}
