import Access
import DocumentReading
import Foundation
import Generation
import Logging
import LoquatServer
import Providers
import Turns

/// Everything that can be set, checked.
struct Settings {
    var host: String
    var port: Int
    var dataDirectory: String
    var logLevel: Logger.Level
    var provider: OpenAICompatibleModel.Settings?
    /// A model for small tasks, and how long a turn waits for it.
    var classifier: (model: String, timeout: Duration)?
    var embeddings: EmbeddingSettings
    var reranker: RerankEndpoint.Settings?
    var turns = TurnRunner.Settings()
    var ephemeral = LocalSessionCache.Limits()
    var limits = ServerServices.Limits()
    var connections = ConnectionLimits()
    var rates = RateLimits()
    var reading = ReadingLimits()
    var storesCompletions: Bool
    var registration: Registration.Policy

    /// - Throws: `SettingsReader.Invalid`, which says what is wrong and what would be right.
    init(_ reader: SettingsReader) throws {
        host = try reader.text(.host) ?? "127.0.0.1"
        port = try reader.int(.port, 0...65_535)
        dataDirectory = try reader.text(.dataDirectory) ?? Self.defaultDataDirectory
        guard let level = Logger.Level(rawValue: try reader.text(.logLevel) ?? "info") else {
            throw SettingsReader.Invalid(
                setting: Setting.logLevel.name, reason: "must be one of trace, debug, info, notice, warning, error, critical")
        }
        logLevel = level
        provider = try Self.provider(reader)
        let classifierTimeout = Duration.milliseconds(Int(try reader.double(.classifierTimeout, 0.1...3_600) * 1000))
        if let provider, let model = try reader.text(.classifierModel) ?? (provider.model == "*" ? nil : provider.model) {
            classifier = (model, classifierTimeout)
        }
        embeddings = try EmbeddingSettings(reader)
        if let url = try reader.address(.rerankURL) {
            reranker = RerankEndpoint.Settings(baseURL: url, model: try reader.text(.rerankModel), apiKey: try reader.text(.rerankKey))
        }
        turns.historyPairs = try reader.int(.historyPairs, 0...1_000)
        ephemeral.pairs = turns.historyPairs
        ephemeral.lifetime = Int64(try reader.double(.ephemeralLifetime, 1...2_592_000) * 1000)
        turns.temperature = try reader.double(.llmTemperature, 0...2)
        turns.maxTokens = try reader.int(.llmMaxTokens, 1...1_000_000)
        turns.drainGrace = .milliseconds(Int(try reader.double(.drainGrace, 0...3_600) * 1000))
        let (soft, hard) = (try reader.int(.budgetSoft, 100...10_000_000), try reader.int(.budgetHard, 100...10_000_000))
        guard soft <= hard else {
            throw SettingsReader.Invalid(setting: Setting.budgetSoft.name, reason: "must not be above \(Setting.budgetHard.name)")
        }
        turns.budget = PromptBudget(soft: soft, hard: hard)
        limits.messageCharacters = try reader.int(.messageCharacters, 1...10_000_000)
        limits.uploadBytes = try reader.int(.uploadBytes, 1...(4 << 30))
        storesCompletions = try reader.bool(.storeCompletions)
        guard let policy = Registration.Policy(rawValue: try reader.text(.registration) ?? "closed") else {
            throw SettingsReader.Invalid(setting: Setting.registration.name, reason: "must be open or closed")
        }
        registration = policy
        try readLimits(reader)
    }

    /// The platform's place for a program's data.
    static var defaultDataDirectory: String {
        let environment = ProcessInfo.processInfo.environment
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let base = variable("XDG_DATA_HOME") ?? (variable("HOME") ?? NSHomeDirectory()) + "/.local/share"
        return base + "/loquat"
    }

    private static func provider(_ reader: SettingsReader) throws -> OpenAICompatibleModel.Settings? {
        guard let url = try reader.address(.llmURL) else { return nil }
        guard let model = try reader.text(.llmModel) else {
            throw SettingsReader.Invalid(
                setting: Setting.llmModel.name, reason: "must name a model when LOQUAT_LLM_URL is set; * lets any name through")
        }
        return OpenAICompatibleModel.Settings(
            baseURL: url, model: model, apiKey: try reader.text(.llmKey),
            timeout: .milliseconds(Int(try reader.double(.llmTimeout, 0.1...86_400) * 1000)))
    }
}
