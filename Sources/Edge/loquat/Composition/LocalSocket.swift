import Foundation

/// The socket by which commands reach a running server.
struct LocalSocket {
    /// What `sockaddr_un` has room for, its final NUL left out.
    private static let longestPath = 107

    let path: String

    /// In the data directory; where that path is too long for a socket, in the temporary folder under a name made from it.
    init(dataDirectory: String) {
        let full = URL(fileURLWithPath: dataDirectory).standardizedFileURL.path
        let inside = full + "/loquat.sock"
        if inside.utf8.count <= Self.longestPath {
            path = inside
        } else {
            let hash = full.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
            path = "/tmp/loquat-\(getuid())-\(String(hash, radix: 16)).sock"
        }
    }

    /// Whether a process listens; one that was killed leaves its socket behind.
    var isListening: Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(Self.longestPath)) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) == 0 }
        }
    }

    func remove() { unlink(path) }
}
