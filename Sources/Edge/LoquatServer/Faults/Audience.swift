import HTTPTypes
import HummingbirdCore

/// Who is to read an answer, as far as a request tells.
struct Audience: Sendable {
    /// What belongs to programs, by the first part of its path.
    private static let programs: Set<Substring> = ["api", "v1", "llm", "mcp", "healthz", "readyz", "metrics", "openapi.json"]

    let method: HTTPRequest.Method
    /// As it was sent: a path with its query.
    let target: String
    let accept: String

    var path: String { URI(target).path }

    /// As clients of OpenAI's API read it.
    var isOpenAI: Bool { path.hasPrefix("/v1/") }

    /// Whether somebody asked for a page with a browser. A path of the API answers as the API, whoever asks.
    var isPerson: Bool {
        if let first = path.split(separator: "/", maxSplits: 1).first, Self.programs.contains(first) { return false }
        let html = weight("text/html")
        return html > 0 && html >= weight("application/json")
    }

    /// How much a media type is wanted that is named itself (RFC 9110, 12.5.1): 0 to 1.
    private func weight(_ type: String) -> Double {
        for range in accept.split(separator: ",") {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
            guard parts.first == type else { continue }
            return parts.first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
        }
        return 0
    }
}
