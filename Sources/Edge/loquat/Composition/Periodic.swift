import Logging
import ServiceLifecycle

/// Does something again and again, and once more at the end where asked to.
struct Periodic: Service {
    let name: String
    let interval: Duration
    var runsAtShutdown = false
    let logger: Logger
    let action: @Sendable () async throws -> Void

    func run() async throws {
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            do {
                // reason: this is the one place that keeps time for periodic work
                try await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) }
            } catch {
                break
            }
            await act()
        }
        if runsAtShutdown { await act() }
    }

    private func act() async {
        do { try await action() } catch {
            // The server ends.
            guard !(error is CancellationError) else { return }
            logger.error("periodic work failed", metadata: ["work": "\(name)", "error": "\(error)"])
        }
    }
}
