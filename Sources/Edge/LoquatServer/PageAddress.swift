import Synchronization

/// Where the server listens on the network; known once it does.
package final class PageAddress: Sendable {
    private let known = Mutex<String?>(nil)

    package var url: String? { known.withLock { $0 } }

    package func listens(host: String, port: Int) {
        // Whoever listens everywhere is reached here.
        let host = ["0.0.0.0", "::"].contains(host) ? "127.0.0.1" : host
        known.withLock { $0 = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
    }
}
