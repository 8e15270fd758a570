import HTTPTypes
import NIOHTTP1

/// What a request is refused for before any route sees it.
enum RequestFaults {
    static func malformed(_ detail: String) -> Problem { .badRequest("malformed_request", detail) }

    static let slow = Problem(status: .requestTimeout, code: "request_timeout", detail: "The request came too slowly.")
    static let late = Problem(
        status: .serviceUnavailable, code: "timed_out", detail: "The answer took too long.", headers: [.retryAfter: "5"])
    static let crowded = Problem(
        status: .serviceUnavailable, code: "too_many_connections", detail: "Too many connections are open.", headers: [.retryAfter: "5"])
    static let unknownMethod = Problem(
        status: .methodNotAllowed, code: "method_not_allowed", detail: "There is no such method here.", headers: [.allow: AllowedMethods.served])
    static let endlessTarget = Problem(status: .uriTooLong, code: "uri_too_long", detail: "The request's target is too long.")
    static let endlessHeaders = Problem(
        status: .requestHeaderFieldsTooLarge, code: "headers_too_large", detail: "The request has too many header fields, or too long ones.")

    /// What the decoder found.
    /// - Parameter isInLine: it was still within the request's first line.
    static func problem(_ error: HTTPParserError, isInLine: Bool) -> Problem {
        switch error {
        case .headerOverflow: isInLine ? endlessTarget : endlessHeaders
        case .invalidMethod: unknownMethod
        case .invalidVersion: malformed("This server speaks HTTP/1.1.")
        case .invalidEOFState, .closedConnection: malformed("The request broke off.")
        default: malformed("This is not a request of HTTP/1.1.")
        }
    }

    /// What the decoder lets pass. A request without a host is served: which host was meant makes no difference here.
    static func problem(_ head: HTTPRequestHead, limits: ConnectionLimits) -> Problem? {
        let target = head.uri.utf8
        guard target.count <= limits.targetBytes else { return endlessTarget }
        guard target.allSatisfy({ $0 < 0x80 }) else { return malformed("The target holds bytes that are not ASCII.") }
        guard head.method != .CONNECT else { return unknownMethod }
        var bytes = 0
        var hosts = 0
        var isCoded = false
        var chunked = 0
        for (name, value) in head.headers {
            let size = name.utf8.count + value.utf8.count
            guard size <= limits.fieldBytes else { return endlessHeaders }
            bytes += size
            switch name.utf8.count {
            case 4 where name.lowercased() == "host": hosts += 1
            case 14 where name.lowercased() == "content-length":
                if let length = Int(value), length > limits.bodyBytes { return .tooLarge(limit: limits.bodyBytes) }
            case 17 where name.lowercased() == "transfer-encoding":
                isCoded = true
                chunked += value.split(separator: ",").count { $0.drop { $0 == " " || $0 == "\t" }.lowercased().hasPrefix("chunked") }
            default: break
            }
        }
        if bytes > limits.headerBytes { return endlessHeaders }
        if hosts > 1 { return malformed("The request names more than one host.") }
        if isCoded, head.version == .http1_0 { return malformed("HTTP/1.0 knows no transfer coding.") }
        // Two servers that count differently would not agree where the request ends.
        if isCoded, chunked != 1 { return malformed("A body is chunked once.") }
        return nil
    }

    /// Fields that say where a request goes, who sent it or where it ends come too late after its body.
    static func problem(trailers: HTTPHeaders?) -> Problem? {
        guard let trailers else { return nil }
        let late = ["host", "content-length", "transfer-encoding", "authorization"].first { trailers.contains(name: $0) }
        return late.map { malformed("\($0) is no trailer.") }
    }
}
