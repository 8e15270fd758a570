/// One thing that can be set: by its environment variable, by a file, or left at its default.
struct Setting {
    /// The environment variable; in a settings file, the name without `LOQUAT_` in lower case.
    let name: String
    let fallback: String?
    let meaning: String
    var isSecret = false

    var fileName: String { name.dropFirst("LOQUAT_".count).lowercased() }

    static let host = Setting(name: "LOQUAT_HOST", fallback: "127.0.0.1", meaning: "address to listen on")
    static let port = Setting(name: "LOQUAT_PORT", fallback: "8080", meaning: "port to listen on; 0 picks a free one")
    static let dataDirectory = Setting(name: "LOQUAT_DATA_DIR", fallback: nil, meaning: "folder that holds everything the server keeps")
    static let logLevel = Setting(name: "LOQUAT_LOG_LEVEL", fallback: "info", meaning: "trace, debug, info, notice, warning, error or critical")
    static let llmURL = Setting(
        name: "LOQUAT_LLM_URL", fallback: nil,
        meaning: "an OpenAI-compatible endpoint, up to and with /v1; none: answers are put together from the sources' own sentences")
    static let llmModel = Setting(name: "LOQUAT_LLM_MODEL", fallback: nil, meaning: "the model to ask for; * lets any name through")
    static let llmKey = Setting(name: "LOQUAT_LLM_API_KEY", fallback: nil, meaning: "the endpoint's key", isSecret: true)
    static let llmTemperature = Setting(name: "LOQUAT_LLM_TEMPERATURE", fallback: "0.3", meaning: "0–2")
    static let llmMaxTokens = Setting(name: "LOQUAT_LLM_MAX_TOKENS", fallback: "2048", meaning: "tokens of one answer at the most")
    static let llmTimeout = Setting(name: "LOQUAT_LLM_TIMEOUT", fallback: "60", meaning: "seconds that the endpoint may say nothing")
    static let classifierModel = Setting(
        name: "LOQUAT_CLASSIFIER_MODEL", fallback: nil,
        meaning:
            "the endpoint's model for small tasks beside an answer, such as what a short turn asks for; none: LOQUAT_LLM_MODEL, if that is a name")
    static let classifierTimeout = Setting(
        name: "LOQUAT_CLASSIFIER_TIMEOUT", fallback: "10", meaning: "seconds that a turn waits for such a task at the most")
    static let budgetSoft = Setting(
        name: "LOQUAT_PROMPT_BUDGET_SOFT", fallback: "5000", meaning: "tokens of prompt above which history and sources are trimmed")
    static let budgetHard = Setting(name: "LOQUAT_PROMPT_BUDGET_HARD", fallback: "6144", meaning: "tokens of prompt that are never exceeded")
    static let historyPairs = Setting(
        name: "LOQUAT_HISTORY_PAIRS", fallback: "10", meaning: "turn pairs of history in a prompt, and in an ephemeral session")
    static let ephemeralLifetime = Setting(
        name: "LOQUAT_EPHEMERAL_TTL", fallback: "3600", meaning: "seconds after its last turn for which an ephemeral session is kept")
    static let messageCharacters = Setting(name: "LOQUAT_MAX_MESSAGE_CHARS", fallback: "16000", meaning: "characters of a message at the most")
    static let uploadBytes = Setting(name: "LOQUAT_MAX_UPLOAD_BYTES", fallback: "104857600", meaning: "bytes of an uploaded document at the most")
    static let storeCompletions = Setting(name: "LOQUAT_STORE_COMPLETIONS", fallback: "true", meaning: "whether /v1 calls are logged that do not say")
    static let registration = Setting(
        name: "LOQUAT_REGISTRATION", fallback: "closed",
        meaning: "open: whoever comes may make themselves an account; closed: admins make them. The first user is always let in and owns")
    static let drainGrace = Setting(
        name: "LOQUAT_DRAIN_GRACE", fallback: "10", meaning: "seconds that running turns may go on when the server is told to end")

    static let all =
        [
            host, port, dataDirectory, logLevel, llmURL, llmModel, llmKey, llmTemperature, llmMaxTokens, llmTimeout,
            classifierModel, classifierTimeout, budgetSoft, budgetHard, historyPairs, ephemeralLifetime, messageCharacters, uploadBytes,
            storeCompletions, registration, drainGrace,
        ] + retrieval + limits
}
