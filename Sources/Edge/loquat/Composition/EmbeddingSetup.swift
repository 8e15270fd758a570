import Foundation
import LocalEmbeddings
import Logging
import Retrieval
import VectorIndex

/// Finds the embedding model and opens its vectors.
struct EmbeddingSetup {
    let settings: EmbeddingSettings
    let dataDirectory: String
    /// Where vectors are kept.
    let vectors: String
    /// Makes the model of a folder ready.
    let local: (String) throws -> LocalEmbedder
    let logger: Logger

    /// - Throws: where a model that is set cannot be used, or the vectors cannot be opened.
    func open() throws -> (library: LibraryEmbeddings, words: (any WordEmbedder)?) {
        guard let folder = Self.folder(settings, dataDirectory: dataDirectory) else {
            logger.notice("no embedding model: documents are searched by their words alone. Scripts/models fetches one")
            return (LibraryEmbeddings(serving: nil), nil)
        }
        let embedder = try local(folder)
        try FileManager.default.createDirectory(atPath: vectors, withIntermediateDirectories: true)
        return (LibraryEmbeddings(serving: try index(of: embedder.model, embedder)), embedder)
    }

    /// The model's folder; nil where none is set and none is found.
    static func folder(_ settings: EmbeddingSettings, dataDirectory: String) -> String? {
        let candidates = settings.candidates(dataDirectory: dataDirectory)
        return candidates.first { FileManager.default.fileExists(atPath: $0 + "/model.safetensors") }
            ?? (settings.modelsDirectory == nil ? nil : candidates.first)
    }

    /// Vectors can be made anew: a file that cannot be read as such is.
    private func index(of model: EmbeddingModel, _ embedder: any Embedder) throws -> DenseIndex {
        let path = "\(vectors)/\(Self.fileName(model)).vectors"
        do {
            return try DenseIndex(path: path, model: model, embedder: embedder)
        } catch let error as VectorFileError where error.isOtherModel || error == .notVectors {
            logger.warning("vectors are made anew", metadata: ["file": "\(path)", "reason": "\(error)"])
            try FileManager.default.removeItem(atPath: path)
            return try DenseIndex(path: path, model: model, embedder: embedder)
        }
    }

    private static func fileName(_ model: EmbeddingModel) -> String {
        String(model.name.map { $0.isLetter || $0.isNumber || "-._@".contains($0) ? $0 : "_" }.prefix(100))
    }
}
