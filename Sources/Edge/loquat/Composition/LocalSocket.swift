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

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    func remove() { unlink(path) }
}
