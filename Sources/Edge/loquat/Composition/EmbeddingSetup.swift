import Foundation
import JSON
import Logging
import Providers
import Retrieval
import Synchronization
import TimeLimits
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
        /// Of both files, without their kinds.
        let path: String
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
    /// Makes an endpoint's ready, from the length of its vectors where it is known, and what to call, with that, when they have another.
    let remote: Remote
    let embeddings: LibraryEmbeddings
    let logger: Logger

    typealias Remote =
        @Sendable (EmbeddingsEndpoint.Settings, Int?, @escaping @Sendable (Int) -> Void) async throws -> (any Embedder, EmbeddingModel)

    private struct State {
        var isDone = false
        /// The model whose vectors are wanted, once it is connected.
        var model: EmbeddingModel?
        /// The endpoint no longer makes vectors as long as those that are stored.
        var hasChanged = false
    }

    private let state = Mutex(State())
    private let made = Mutex<[String: (any Embedder & WordEmbedder, EmbeddingModel)]>([:])

    init(
        settings: EmbeddingSettings, dataDirectory: String, folder: String,
        local: @escaping @Sendable (String) throws -> (any Embedder & WordEmbedder, EmbeddingModel),
        remote: @escaping Remote, embeddings: LibraryEmbeddings, logger: Logger
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

    /// Does what is to be done, and nothing once it is; asked again where an endpoint did not answer, or answers as another model.
    /// - Parameter patience: how long an endpoint may take to answer; nil for as long as it likes, within its own limits.
    /// - Returns: whether there are other embeddings from now on.
    /// - Throws: where a model that is set cannot be used, or the vectors cannot be opened.
    func connect(patience: Duration? = nil) async throws -> Bool {
        guard !state.withLock({ $0.isDone }) else { return false }
        guard let maker = wanted else {
            logger.notice("no embedding model: documents are searched by their words alone. Scripts/models fetches one")
            state.withLock { $0.isDone = true }
            return false
        }
        do {
            let (model, isNew) = try await open(maker, patience: patience)
            state.withLock { $0 = State(isDone: true, model: model) }
            return isNew
        } catch let error as EmbeddingError {
            guard case .endpoint = maker, case .unavailable = error else { throw error }
            logger.warning("documents are searched by their words alone until embeddings can be made", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// The endpoint answers with vectors of another length than it had: they cannot be compared with those that are stored.
    private func modelChanged(from dimensions: Int) {
        let isNews = state.withLock { state in
            guard state.isDone, state.model?.dimensions == dimensions else { return false }
            (state.isDone, state.hasChanged) = (false, true)
            return true
        }
        if isNews { logger.warning("the endpoint of embeddings has another model by the same name: documents are embedded anew") }
    }

    /// - Returns: the wanted model, and whether it is another than was wanted before.
    private func open(_ maker: Maker, patience: Duration?) async throws -> (EmbeddingModel, Bool) {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let (before, hasChanged) = state.withLock { ($0.model, $0.hasChanged) }
        let stored = storedModels()
        let known = hasChanged ? nil : stored.first { $0.maker == maker }?.dimensions
        let (embedder, model) = try await make(maker, dimensions: known, patience: patience) { [weak self] in self?.modelChanged(from: $0) }
        // Its file is open.
        guard model != before else { return (model, false) }
        let path = stored.first { $0.model == model.name && $0.dimensions == model.dimensions }?.path ?? newPath(model)
        let wanted = try index(at: path, model, embedder)
        try description(maker, model).write(toFile: path + ".json", atomically: true, encoding: .utf8)
        var serving: (index: DenseIndex, path: String)?
        for old in stored where old.path != path {
            // reason: vectors that nothing can be asked of are of no use
            if serving == nil, old.maker != maker, let known = try? await index(of: old, patience: patience) {
                serving = (known, old.path)
            } else {
                remove(old.path)
            }
        }
        guard let serving else {
            embeddings.adopt(wanted)
            return (model, true)
        }
        logger.notice(
            "the embedding model was changed: documents are embedded anew", metadata: ["from": "\(serving.index.model.name)", "to": "\(model.name)"])
        embeddings.adopt(serving.index, next: wanted) { [weak self, path = serving.path] _ in self?.remove(path) }
        return (model, true)
    }

    /// Nil where it holds nothing, or is no longer the model's.
    private func index(of old: Stored, patience: Duration?) async throws -> DenseIndex? {
        let (embedder, model) = try await make(old.maker, dimensions: old.dimensions, patience: patience)
        guard model.name == old.model else { return nil }
        let known = try index(at: old.path, model, embedder)
        return known.isEmpty ? nil : known
    }

    private var wanted: Maker? {
        if let endpoint = settings.endpoint { return .endpoint(url: endpoint.baseURL, model: endpoint.model) }
        return settings.localModel(dataDirectory: dataDirectory).map { .folder($0) }
    }

    private func make(
        _ maker: Maker, dimensions: Int?, patience: Duration?, changed: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws -> (any Embedder, EmbeddingModel) {
        switch maker {
        case .folder(let path): return try model(in: path)
        case .endpoint(let url, let model):
            // Another endpoint than the one that is set has another key, if any: this one's is none of its business.
            let key = settings.endpoint.flatMap { $0.baseURL == url ? $0.apiKey : nil }
            let endpoint = EmbeddingsEndpoint.Settings(baseURL: url, model: model, apiKey: key)
            guard let patience else { return try await remote(endpoint, dimensions, changed) }
            do {
                return try await TimeLimit().run(patience) { [remote] in try await remote(endpoint, dimensions, changed) }
            } catch is TimeLimit.Exceeded { throw EmbeddingError.unavailable("the endpoint of embeddings does not answer at once") }
        }
    }

    // MARK: Files

    /// Vectors can be made anew: a file that cannot be read as such is.
    private func index(at path: String, _ model: EmbeddingModel, _ embedder: any Embedder) throws -> DenseIndex {
        let path = path + ".vectors"
        do {
            return try DenseIndex(path: path, model: model, embedder: embedder)
        } catch let error as VectorFileError where error.isOtherModel || error == .notVectors {
            logger.warning("vectors are made anew", metadata: ["file": "\(path)", "reason": "\(error)"])
            try FileManager.default.removeItem(atPath: path)
            return try DenseIndex(path: path, model: model, embedder: embedder)
        }
    }

    private func remove(_ path: String) {
        for kind in [".vectors", ".json"] {
            try? FileManager.default.removeItem(atPath: path + kind)  // reason: it is removed at the next start
        }
    }

    /// Names may hold anything: the end is told by a hash of the whole.
    private func newPath(_ model: EmbeddingModel) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(model.name) \(model.dimensions)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let readable = model.name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") ? $0 : "_" }.prefix(60)
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
            let path = "\(folder)/\(name.dropLast(".json".count))"
            let dimensions = description["dimensions"]?.int.flatMap { $0 > 0 ? $0 : nil }
            if let folder = description["folder"]?.string {
                return Stored(path: path, model: model, dimensions: dimensions, maker: .folder(folder))
            }
            guard let url = description["url"]?.string, let endpointModel = description["endpoint_model"]?.string else { return nil }
            return Stored(path: path, model: model, dimensions: dimensions, maker: .endpoint(url: url, model: endpointModel))
        }
    }
}
