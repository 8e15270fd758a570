import Foundation
import NIOCore

/// What the process takes of the machine.
enum ProcessLimits {
    /// Files are made for their owner alone, whichever command makes them.
    static func keepFilesPrivate() { umask(0o077) }

    /// As many open files as are allowed: each stream is one.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(7), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(7), &limit)
    }

    /// An event loop for each core that this process may use, which may be fewer than the machine has. Called before the first is made.
    static func setEventLoopCount() {
        guard let status = FileManager.default.contents(atPath: "/proc/self/status"),
            let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") })
        else { return }
        let count = line.dropFirst("Cpus_allowed:".count).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
        NIOSingletons.groupLoopCountSuggestion = max(1, min(count, System.coreCount))
    }
}
