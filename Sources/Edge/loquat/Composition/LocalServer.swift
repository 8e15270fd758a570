import Foundation
import JSON
import Logging
import LoquatClient
import ServiceLifecycle

/// Gives commands a server to speak to: the one that runs on the data directory, or one of their own for as long as they need it.
enum LocalServer {
    /// - Parameter makesData: the command may begin a new data directory; others would only hide a mistyped name.
    static func withClient<Value: Sendable>(
        _ settings: Settings, makesData: Bool = false, _ body: @escaping @Sendable (Client) async throws -> Value
    ) async throws -> Value {
        let client = Client(socketPath: LocalSocket(dataDirectory: settings.dataDirectory).path)
        if LocalSocket(dataDirectory: settings.dataDirectory).isListening { return try await body(client) }
        guard makesData || LoquatProcess.hasData(settings) else {
            throw CommandFailure(
                "There is no data in \(settings.dataDirectory) yet. `loquat ingest PATH --collection NAME` puts documents in; "
                    + "`--data-dir` names another folder.")
        }
        var logger = Logger(label: "loquat")
        logger.logLevel = .warning
        let process = try await LoquatProcess.opened(settings, logger: logger)
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let services = process.serviceGroup(isPublic: false, signals: []) { _ in signal.yield() }
        let result = await withTaskGroup(of: Void.self) { group in
            group.addTask { [logger] in
                do { try await services.run() } catch { logger.error("the store's services ended", metadata: ["error": "\(error)"]) }
                signal.finish()
            }
            for await _ in started { break }
            let result: Result<Value, any Error>
            do {
                try await waitUntilReady(client)
                result = .success(try await body(client))
            } catch {
                result = .failure(error)
            }
            await services.triggerGracefulShutdown()
            return result
        }
        try await process.close()
        return try result.get()
    }

    private static func waitUntilReady(_ client: Client) async throws {
        while true {
            do {
                _ = try await client.request("GET", "/readyz")
                return
            } catch let failure as Client.Failure where failure.status == 503 {
                try await Task.sleep(for: .milliseconds(20))  // reason: the index is being loaded
            }
        }
    }
}
