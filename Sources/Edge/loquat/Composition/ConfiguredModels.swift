import Generation
import Providers
import Turns

/// The models that the settings name: a provider's, and always the extractive answerer.
struct ConfiguredModels: ModelCatalog {
    private let provider: OpenAICompatibleModel?
    private let providerModel: String
    private let extractive = ExtractiveAnswerer()

    init(provider: OpenAICompatibleModel?, model: String?) {
        self.provider = provider
        providerModel = model ?? ""
    }

    private var letsAnyThrough: Bool { providerModel == "*" }

    /// With `*` no name is the provider's own, so answers from documents are extractive unless a request names a model.
    var defaultModel: String { provider == nil || letsAnyThrough ? ExtractiveAnswerer.modelName : providerModel }

    func names() async -> [String] {
        guard let provider else { return [ExtractiveAnswerer.modelName] }
        let listed = letsAnyThrough ? await provider.listedModels() : [providerModel]
        return listed + [ExtractiveAnswerer.modelName]
    }

    func model(named name: String) -> (any LanguageModel)? {
        if name == ExtractiveAnswerer.modelName { return extractive }
        return letsAnyThrough || name == providerModel ? provider : nil
    }
}
