import NIOCore

/// What one connection may do, and for how long. A time, a rate or a number of connections that is 0 is no limit.
package struct ConnectionLimits: Sendable {
    package var connections = 8_000
    /// Proxies that are trusted are left out.
    package var connectionsPerAddress = 4_000
    /// Bytes of a request's target.
    package var targetBytes = 8 << 10
    /// Bytes of all header fields of a request.
    package var headerBytes = 32 << 10
    /// Bytes of one of them, its name with it.
    package var fieldBytes = 8_000
    /// Header fields of a request, trailers with them.
    package var headerFields = 100
    /// Bytes of any body, whatever its route.
    package var bodyBytes = 128 << 20
    /// From a request's first byte to the end of its header fields.
    package var headerTimeout: Duration = .seconds(15)
    /// Without a request. Longer than the minute that many clients keep a connection, so that it is they who close it.
    package var idleTimeout: Duration = .seconds(75)
    /// In which a body must come, and an answer that waits must go, at the least rate.
    package var stallTimeout: Duration = .seconds(30)
    /// Bytes a second.
    package var leastRate = 500
    /// From the end of a request to the beginning of its answer.
    package var answerTimeout: Duration = .seconds(600)

    package init() {}

    /// For the socket in the data directory: its requests may take long, and its clients are the owner's.
    package static var local: ConnectionLimits {
        var limits = ConnectionLimits()
        limits.connections = 0
        limits.answerTimeout = .zero
        limits.stallTimeout = .zero
        limits.bodyBytes = .max
        return limits
    }

    /// How often a connection looks at its limits: a connection counts ticks instead of asking the clock at each read.
    var tick: Duration {
        let shortest = [headerTimeout, idleTimeout, stallTimeout, answerTimeout].filter { $0 > .zero }.min() ?? .seconds(5)
        return max(.milliseconds(50), min(.seconds(5), shortest / 4))
    }
}
