/// What clients are held to. 0 is no limit, where a number of requests, streams or connections or a time may be 0.
extension Setting {
    static let bodyBytes = Setting(name: "LOQUAT_MAX_BODY_BYTES", fallback: "4194304", meaning: "bytes of a JSON body at the most")
    static let headerBytes = Setting(
        name: "LOQUAT_MAX_HEADER_BYTES", fallback: "32768", meaning: "bytes of a request's header fields at the most")
    static let fieldBytes = Setting(name: "LOQUAT_MAX_HEADER_FIELD_BYTES", fallback: "8000", meaning: "bytes of one header field at the most")
    static let headerFields = Setting(name: "LOQUAT_MAX_HEADER_FIELDS", fallback: "100", meaning: "header fields of a request at the most")
    static let targetBytes = Setting(name: "LOQUAT_MAX_TARGET_BYTES", fallback: "8192", meaning: "bytes of a request's path and query at the most")
    static let headerTimeout = Setting(
        name: "LOQUAT_HEADER_TIMEOUT", fallback: "15", meaning: "seconds from a request's first byte to the end of its header fields")
    static let idleTimeout = Setting(name: "LOQUAT_IDLE_TIMEOUT", fallback: "75", meaning: "seconds that a connection may ask nothing")
    static let stallTimeout = Setting(
        name: "LOQUAT_STALL_TIMEOUT", fallback: "30",
        meaning: "seconds after which a client is ended that sends a body, or takes an answer, more slowly than LOQUAT_MIN_RATE")
    static let leastRate = Setting(
        name: "LOQUAT_MIN_RATE", fallback: "500", meaning: "bytes a second of a body, or of an answer that waits to be taken, at the least")
    static let answerTimeout = Setting(
        name: "LOQUAT_ANSWER_TIMEOUT", fallback: "600", meaning: "seconds from the end of a request to the beginning of its answer; 0: any time")
    static let connections = Setting(name: "LOQUAT_MAX_CONNECTIONS", fallback: "8000", meaning: "open connections; 0: any number")
    static let connectionsPerAddress = Setting(
        name: "LOQUAT_MAX_CONNECTIONS_PER_ADDRESS", fallback: "4000",
        meaning: "open connections from one address, trusted proxies left out; 0: any number")
    static let requestsPerKey = Setting(
        name: "LOQUAT_RATE_LIMIT_KEY", fallback: "0", meaning: "requests a minute with one key; 0: any number")
    static let requestsPerAddress = Setting(
        name: "LOQUAT_RATE_LIMIT_ADDRESS", fallback: "0", meaning: "requests a minute from one address; 0: any number")
    static let failuresPerAddress = Setting(
        name: "LOQUAT_RATE_LIMIT_FAILURES", fallback: "60",
        meaning: "failed authentications a minute from one address, and share links that open nothing; this machine's own left out; 0: any number")
    static let streamsPerKey = Setting(
        name: "LOQUAT_MAX_STREAMS_PER_KEY", fallback: "5000", meaning: "event streams open with one key; 0: any number")
    static let trustedProxies = Setting(
        name: "LOQUAT_TRUSTED_PROXIES", fallback: nil,
        meaning: "addresses and ranges of proxies whose X-Forwarded-For is believed, with commas between: 10.0.0.0/8,::1")

    static let readingSeconds = Setting(
        name: "LOQUAT_MAX_READING_SECONDS", fallback: "60", meaning: "seconds that reading one document may take, of time and of a processor's")
    static let readingMemory = Setting(
        name: "LOQUAT_MAX_READING_MEMORY", fallback: "1073741824", meaning: "bytes of memory that reading one document may take")
    static let unpackedBytes = Setting(
        name: "LOQUAT_MAX_UNPACKED_BYTES", fallback: "268435456", meaning: "bytes that a document may unpack to, pictures left out")

    static let limits = [
        bodyBytes, headerBytes, fieldBytes, headerFields, targetBytes, headerTimeout, idleTimeout, stallTimeout, leastRate, answerTimeout,
        connections,
        connectionsPerAddress, requestsPerKey, requestsPerAddress, failuresPerAddress, streamsPerKey, trustedProxies, readingSeconds, readingMemory,
        unpackedBytes,
    ]
}
