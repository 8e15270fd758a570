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
        if json { Output.line(report.text) } else { show(report, problems) }
        if !problems.isEmpty { throw ExitCode(1) }
    }

    private func show(_ report: JSONValue, _ problems: [JSONValue]) {
        for problem in problems {
            let place = [problem["session_id"]?.string.map { "session \($0)" }, problem["seq"]?.int.map { "seq \($0)" }].compactMap { $0 }
            Output.line("\(place.joined(separator: " ")): \(problem["reason"]?.string ?? "")")
        }
        let counts = "\(report["sessions"]?.int ?? 0) sessions, \(report["events"]?.int ?? 0) events, \(report["checkpoints"]?.int ?? 0) checkpoints"
        Output.line(problems.isEmpty ? "The log is whole: \(counts)." : "\(problems.count) problems in \(counts).")
    }
}

struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fold the projections from the log anew.",
        discussion: """
            With --check nothing is written: the folded rows are compared with those that are there, and the command exits with 1 where
            they differ.

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
        let differing = report["differing"]?.array ?? []
        for session in differing { Output.line("session \(session.string ?? ""): the rows differ from the log") }
        let counts = "\(report["sessions"]?.int ?? 0) sessions, \(report["turns"]?.int ?? 0) turns"
        if differing.isEmpty {
            Output.line("The projections equal the log: \(counts).")
        } else if check {
            Output.line("\(differing.count) sessions differ, of \(counts).")
            throw ExitCode(1)
        } else {
            Output.line("\(differing.count) sessions were folded anew, of \(counts).")
        }
    }
}
