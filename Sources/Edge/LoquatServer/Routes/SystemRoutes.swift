import Hummingbird
import NIOCore
import Retrieval
import SchemaReflection
import Turns

/// Whether the process is up, whether it can work, and what it counts.
struct SystemRoutes {
    let services: ServerServices

    func add(to api: API) {
        api.open(
            Operation(
                method: .get, path: "/healthz", id: "getHealth", tag: .system, summary: "Whether the process is up.", admission: .anybody,
                answers: [.ok(Health.self, "It is.")])
        ) { _ in try Response.json(Health(status: "ok")) }
        api.open(
            Operation(
                method: .get, path: "/readyz", id: "getReadiness", tag: .system, summary: "Whether it can work: stores open, index loaded.",
                admission: .anybody,
                answers: [
                    .ok(Readiness.self, "It can."),
                    Answer(
                        status: .serviceUnavailable, note: "Not yet, or no longer.", content: [("application/json", .declared(Readiness.self))]),
                ])
        ) { _ in try ready() }
        api.open(
            Operation(
                method: .get, path: "/metrics", id: "getMetrics", tag: .system, summary: "What the server counts, for Prometheus.",
                admission: .anybody, answers: [.text("text/plain; version=0.0.4; charset=utf-8", "Prometheus' text format.")])
        ) { _ in
            services.metrics.setGauge("loquat_turns_running", Double(services.turns.runningCount))
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: services.metrics.text)))
        }
    }

    private struct Health: Codable, SchemaFields {
        let status: String

        static let fields: [String: FieldRule] = ["status": .oneOf("Always the same.", ["ok"])]
    }

    private struct Readiness: Codable, SchemaFields {
        let status: String
        let checks: Checks

        static let fields: [String: FieldRule] = [
            "status": .oneOf("Whether work is taken.", ["ready", "not_ready"]), "checks": .note("Each part's own state."),
        ]
    }

    private struct Checks: Codable, SchemaFields {
        let turns: String
        let library: String

        static let schemaName = "ReadinessChecks"
        static let fields: [String: FieldRule] = [
            "turns": .oneOf("Whether turns are begun.", ["ok", "draining"]), "library": .oneOf("Whether the index is there.", ["ok", "loading"]),
        ]
    }

    private func ready() throws -> Response {
        let draining = services.turns.isDraining
        let loaded = services.library.isReady
        let checks = Checks(turns: draining ? "draining" : "ok", library: loaded ? "ok" : "loading")
        let isReady = !draining && loaded
        return try Response.json(
            Readiness(status: isReady ? "ready" : "not_ready", checks: checks), status: isReady ? .ok : .serviceUnavailable)
    }
}
