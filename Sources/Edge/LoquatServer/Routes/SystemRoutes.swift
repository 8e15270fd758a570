import Hummingbird
import NIOCore
import Retrieval
import Turns

/// Whether the process is up, whether it can work, and what it counts.
struct SystemRoutes {
    let services: ServerServices

    func add(to router: Router<ServerContext>) {
        router.get("healthz") { _, _ in try Response.json(["status": "ok"]) }
        router.get("readyz") { _, _ in try ready() }
        router.get("metrics") { _, _ in
            services.metrics.setGauge("loquat_turns_running", Double(services.turns.runningCount))
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: services.metrics.text)))
        }
    }

    private struct Readiness: Encodable {
        let status: String
        let checks: [String: String]
    }

    private func ready() throws -> Response {
        let draining = services.turns.isDraining
        let loaded = services.library.isReady
        let checks = ["turns": draining ? "draining" : "ok", "library": loaded ? "ok" : "loading"]
        let isReady = !draining && loaded
        return try Response.json(
            Readiness(status: isReady ? "ready" : "not_ready", checks: checks), status: isReady ? .ok : .serviceUnavailable)
    }
}
