/// What documents are searched with.
extension Setting {
    static let embeddingsURL = Setting(
        name: "LOQUAT_EMBEDDINGS_URL", fallback: nil,
        meaning: "an OpenAI-compatible endpoint, up to and with /v1, that makes embeddings; none: they are made in this process")
    static let embeddingsModel = Setting(
        name: "LOQUAT_EMBEDDINGS_MODEL", fallback: nil,
        meaning: "the endpoint's model; without an endpoint, a folder with a BERT model as sentence-transformers writes it")
    static let embeddingsKey = Setting(name: "LOQUAT_EMBEDDINGS_API_KEY", fallback: nil, meaning: "the endpoint's key", isSecret: true)
    static let modelsDirectory = Setting(
        name: "LOQUAT_MODELS_DIR", fallback: nil,
        meaning: "folder with all-MiniLM-L6-v2; none: looked for in the data folder's models, in .models and beside the program")
    static let rerankURL = Setting(
        name: "LOQUAT_RERANK_URL", fallback: nil,
        meaning: "an endpoint, up to and with /v1, whose /rerank puts what was found in order; none: as found")
    static let rerankModel = Setting(name: "LOQUAT_RERANK_MODEL", fallback: nil, meaning: "the model to ask it for")
    static let rerankKey = Setting(name: "LOQUAT_RERANK_API_KEY", fallback: nil, meaning: "the endpoint's key", isSecret: true)

    static let retrieval = [embeddingsURL, embeddingsModel, embeddingsKey, modelsDirectory, rerankURL, rerankModel, rerankKey]
}
