import ArgumentParser
import Foundation
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server.",
        discussion: """
            Prints `listening on http://HOST:PORT` on standard output once it answers; logs are JSON lines on standard error.
            SIGTERM and SIGINT let running turns finish for a while, then interrupt them; what was shown of them is kept.

            Examples:
              loquat serve
              loquat serve --host 0.0.0.0 --port 80 --data-dir /var/lib/loquat
              LOQUAT_LLM_URL=http://127.0.0.1:11434/v1 LOQUAT_LLM_MODEL=llama3.2 loquat serve
            """)

    @Option(help: "Address to listen on.")
    var host: String?

    @Option(help: "Port to listen on; 0 picks a free one.")
    var port: Int?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard port.map((0...65_535).contains) ?? true else { throw ValidationError("--port must be from 0 to 65535.") }
    }

    func run() async throws {
        var settings = try await common.settings()
        if let host { settings.host = host }
        if let port { settings.port = port }
        ProcessLimits.raise()
        ProcessLimits.setEventLoopCount()
        LoggingSystem.bootstrap { JSONLogHandler(label: $0) }
        var logger = Logger(label: "loquat")
        logger.logLevel = settings.logLevel
        for name in try await common.reader().unknownVariables {
            logger.warning("no setting has this name; `loquat config` lists them", metadata: ["variable": "\(name)"])
        }
        let process = try await LoquatProcess.opened(settings, logger: logger)
        let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
        let services = process.serviceGroup(isPublic: true, signals: [.sigterm, .sigint]) { port in
            Output.line("listening on http://\(host):\(port)")
        }
        do {
            try await services.run()
        } catch {
            // reason: what ended the services is what there is to say
            try? await process.close()
            throw Self.explained(error, host: host, port: settings.port)
        }
        try await process.close()
    }

    private static func explained(_ error: any Error, host: String, port: Int) -> any Error {
        switch error {
        case let error as IOError where error.errnoCode == EADDRINUSE:
            CommandFailure("Port \(port) is in use already. Choose another with --port; 0 picks a free one.")
        case let error as IOError where error.errnoCode == EACCES:
            CommandFailure("Port \(port) is not for this user: ports below 1024 need more rights. Choose another with --port.")
        case let error as IOError where error.errnoCode == EADDRNOTAVAIL:
            CommandFailure("\(host) is no address of this machine. 127.0.0.1 is for this machine alone, 0.0.0.0 for the network.")
        case is SocketAddressError: CommandFailure("There is no host \(host).")
        default: error
        }
    }
}
