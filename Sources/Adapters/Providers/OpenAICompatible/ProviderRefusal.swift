import Conversation

/// A provider that did not begin to answer.
struct ProviderRefusal: Error {
    /// Nil where no connection came about.
    let status: Int?
    let retryAfter: Duration?
    let message: String?

    private static let messageLimit = 300
    /// A longer wait than this is read as this; it is more than a turn ever waits.
    private static let longestRetryAfter = 3600.0

    var isWorthRetrying: Bool {
        switch status {
        case nil, 408, 429, 500, 502, 503, 504, 529: true
        default: false
        }
    }

    var failure: TurnFailure {
        let reason = message.map { ": \(Self.shortened($0))" } ?? ""
        switch status {
        case nil:
            return TurnFailure(code: "provider_unavailable", message: "The model's provider cannot be reached.", retryable: true)
        case 429:
            return TurnFailure(code: "provider_rate_limited", message: "The model's provider takes no more requests now.", retryable: true)
        case 401, 403:
            return TurnFailure(
                code: "provider_refused_key", message: "The model's provider does not take this server's key.", retryable: false)
        case let status? where status >= 500:
            return TurnFailure(code: "provider_unavailable", message: "The model's provider failed with status \(status).", retryable: true)
        case let status?:
            return TurnFailure(
                code: "provider_refused_request", message: "The model's provider refused the request with status \(status)\(reason).",
                retryable: false)
        }
    }

    /// The value of `Retry-After` in seconds, whole or not; nil for a date and for what is no time to wait.
    static func retryAfter(_ header: String?) -> Duration? {
        guard let seconds = header.flatMap(Double.init), seconds >= 0 else { return nil }
        return .milliseconds(Int(min(seconds, longestRetryAfter) * 1000))
    }

    static func shortened(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count > messageLimit ? "\(line.prefix(messageLimit))…" : line
    }
}

extension String {
    /// What a provider says of an error without the key that it was asked with: some give it back, and everybody reads the error.
    /// Before the text is shortened, so that no part of the key is left.
    func hiding(key: String?) -> String {
        guard let key, !key.isEmpty else { return self }
        return replacing(key, with: "********")
    }
}
