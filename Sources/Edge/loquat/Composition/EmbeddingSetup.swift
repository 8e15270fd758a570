import Foundation
import JSON
import Logging
import Providers
import Retrieval
import Synchronization
import VectorIndex

/// Finds the embedding model and opens its vectors; where the model was changed, those of the one before serve until the new ones are made.
final class EmbeddingSetup: Sendable {
    /// What makes vectors.
    private enum Maker: Sendable, Hashable {
        case folder(String)
        case endpoint(url: String, model: String)
    }

    /// Vectors that are there, as the file beside them says.
    private struct Stored: Sendable {
        let model: String
        let dimensions: Int?
        let maker: Maker
    }

    let settings: EmbeddingSettings
    let dataDirectory: String
    /// The folder in which vectors are kept.
    let folder: String
    /// Makes the model of a folder ready.
    let local: @Sendable (String) throws -> (any Embedder & WordEmbedder, EmbeddingModel)
    /// Makes an endpoint's ready; the length of its vectors where it is known.
    let remote: @Sendable (EmbeddingsEndpoint.Settings, Int?) async throws -> (any Embedder, EmbeddingModel)
    let embeddings: LibraryEmbeddings
    let logger: Logger

    private let isDone = Mutex(false)
    private let made = Mutex<[String: (any Embedder & WordEmbedder, EmbeddingModel)]>([:])

    init(
        settings: EmbeddingSettings, dataDirectory: String, folder: String,
        local: @escaping @Sendable (String) throws -> (any Embedder & WordEmbedder, EmbeddingModel),
        remote: @escaping @Sendable (EmbeddingsEndpoint.Settings, Int?) async throws -> (any Embedder, EmbeddingModel),
        embeddings: LibraryEmbeddings, logger: Logger
    ) {
        self.settings = settings
        self.dataDirectory = dataDirectory
        self.folder = folder
        self.local = local
        self.remote = remote
        self.embeddings = embeddings
        self.logger = logger
    }

    /// What tells what words mean: the model in this process, wherever documents' embeddings are from; nil where there is none.
    var words: (any WordEmbedder)? {
        guard let path = settings.localModel(dataDirectory: dataDirectory) else { return nil }
        do { return try model(in: path).0 } catch {
            logger.warning("citations are judged by their words alone", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Each model once.
    private func model(in path: String) throws -> (any Embedder & WordEmbedder, EmbeddingModel) {
        try made.withLock { made in
            if let known = made[path] { return known }
            let new = try local(path)
            made[path] = new
            return new
        }
    }

    /// Does what is to be done, and nothing once it is; asked again where an endpoint did not answer.
    /// - Returns: whether there are embeddings from now on.
    /// - Throws: where a model that is set cannot be used, or the vectors cannot be opened.
    func connect() async throws -> Bool {
        guard !isDone.withLock({ $0 }) else { return false }
        let isReady = try await open()
        if isReady { isDone.withLock { $0 = true } }
        return isReady
    }

    private func open() async throws -> Bool {
        guard let maker = wanted else {
            logger.notice("no embedding model: documents are searched by their words alone. Scripts/models fetches one")
            isDone.withLock { $0 = true }
            return false
        }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let stored = storedModels()
        let wanted: DenseIndex
        do {
            wanted = try await index(by: maker, dimensions: stored.first { $0.maker == maker }?.dimensions)
        } catch let error as EmbeddingError {
            guard case .endpoint = maker, case .unavailable = error else { throw error }
            logger.warning("documents are searched by their words alone until embeddings can be made", metadata: ["error": "\(error)"])
            return false
        }
        try description(maker, wanted.model).write(toFile: file(wanted.model.name) + ".json", atomically: true, encoding: .utf8)
        var serving: DenseIndex?
        for old in stored where old.model != wanted.model.name {
            // reason: vectors that nothing can be asked of are of no use
            if serving == nil, let index = try? await index(by: old.maker, dimensions: old.dimensions), index.model.name == old.model, !index.isEmpty
            {
                serving = index
            } else {
                remove(old.model)
            }
        }
        guard let serving else {
            embeddings.adopt(wanted)
            return true
        }
        logger.notice(
            "the embedding model was changed: documents are embedded anew",
            metadata: ["from": "\(serving.model.name)", "to": "\(wanted.model.name)"])
        embeddings.adopt(serving, next: wanted) { [weak self] in self?.remove($0.name) }
        return true
    }

    private var wanted: Maker? {
        if let endpoint = settings.endpoint { return .endpoint(url: endpoint.baseURL, model: endpoint.model) }
        return settings.localModel(dataDirectory: dataDirectory).map { .folder($0) }
    }

    // MARK: Files

    /// Vectors can be made anew: a file that cannot be read as such is.
    private func index(by maker: Maker, dimensions: Int?) async throws -> DenseIndex {
        let (embedder, model): (any Embedder, EmbeddingModel) =
            switch maker {
            case .folder(let path): try self.model(in: path)
            case .endpoint(let url, let model):
                try await remote(.init(baseURL: url, model: model, apiKey: settings.endpoint?.apiKey), dimensions)
            }
        let path = file(model.name) + ".vectors"
        do {
            return try DenseIndex(path: path, model: model, embedder: embedder)
        } catch let error as VectorFileError where error.isOtherModel || error == .notVectors {
            logger.warning("vectors are made anew", metadata: ["file": "\(path)", "reason": "\(error)"])
            try FileManager.default.removeItem(atPath: path)
            return try DenseIndex(path: path, model: model, embedder: embedder)
        }
    }

    private func remove(_ model: String) {
        for kind in [".vectors", ".json"] {
            try? FileManager.default.removeItem(atPath: file(model) + kind)  // reason: it is removed at the next start
        }
    }

    /// Names may hold anything: the end is told by a hash of the whole.
    private func file(_ model: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in model.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let readable = model.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" }.prefix(60)
        return "\(folder)/\(String(readable))-\(String(hash, radix: 16))"
    }

    private func description(_ maker: Maker, _ model: EmbeddingModel) -> String {
        var description: JSONObject = ["model": .string(model.name), "dimensions": .number(JSONNumber(model.dimensions))]
        switch maker {
        case .folder(let path): description["folder"] = .string(path)
        case .endpoint(let url, let name):
            description["url"] = .string(url)
            description["endpoint_model"] = .string(name)
        }
        return JSONValue.object(description).text
    }

    private func storedModels() -> [Stored] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []  // reason: nothing is there yet
        return files.filter { $0.hasSuffix(".json") }.sorted().compactMap { name in
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)"),
                let description = try? JSONParser.parse(data),  // reason: what is broken is as good as not there
                let model = description["model"]?.string
            else { return nil }
            let dimensions = description["dimensions"]?.int
            if let path = description["folder"]?.string { return Stored(model: model, dimensions: dimensions, maker: .folder(path)) }
            guard let url = description["url"]?.string, let name = description["endpoint_model"]?.string else { return nil }
            return Stored(model: model, dimensions: dimensions, maker: .endpoint(url: url, model: name))
        }
    }
}
