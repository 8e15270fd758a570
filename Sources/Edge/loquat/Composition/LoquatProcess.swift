import Access
import AsyncHTTPClient
import Conversation
import DocumentReading
import Foundation
import Generation
import Hummingbird
import LocalEmbeddings
import Logging
import LoquatServer
import LoquatWeb
import NIOCore
import NIOPosix
import Providers
import Retrieval
import ServiceLifecycle
import StorageSQLite
import TimeOrdered
import Turns
import UnixSignals

/// The composition root: the one place that names concrete adapters and puts the program together.
struct LoquatProcess {
    /// How long a watcher of a quiet stream waits for a sign of life.
    private static let heartbeat: Duration = .seconds(15)
    private static let checkpointInterval: Duration = .seconds(60)
    /// New connections taken each time around an event loop; the default of 4 makes many that come together wait for those that stream.
    private static let acceptsAtOnce: UInt = 64
    private static let searchThreads = 1
    private static let ingestionThreads = 1
    /// Documents are read one after the other: what waits for them is a queue, and they may take memory.
    private static let readingThreads = 1
    private static let passwordThreads = 1
    private static let keyUseInterval: Duration = .seconds(60)
    /// An endpoint of embeddings that answers later than this is waited for while the server serves already.
    private static let embeddingPatience: Duration = .seconds(2)

    let services: ServerServices
    private let settings: Settings
    private let directory: DataDirectory
    private let log: SQLiteLogStore
    private let documents: SQLiteDocumentStore
    private let spool: MappedSpool
    private let search: SQLiteConversationSearch
    private let sessionCache: LocalSessionCache
    private let titles: TitleService?
    private let keyUse: KeyUse
    private let http: HTTPClient
    private let embeddingSetup: EmbeddingSetup
    private let backlog: EmbeddingBacklog
    private let threads: [NIOThreadPool]
    private let logger: Logger

    /// Whether there is something in the data directory.
    static func hasData(_ settings: Settings) -> Bool { DataDirectory.exists(at: settings.dataDirectory) }

    /// Copies a backup to the data directory, which must be new or empty.
    /// - Parameter found: told what the backup says of itself, before it is copied.
    static func restore(_ folder: String, to settings: Settings, found: (FoundBackup) -> Void) throws {
        ProcessLimits.keepFilesPrivate()
        let backup = try BackupFolder(path: folder)
        found(
            FoundBackup(
                createdAt: backup.createdAt, productVersion: backup.productVersion, files: backup.files, bytes: backup.bytes,
                problems: backup.problems))
        try backup.restore(to: URL(fileURLWithPath: settings.dataDirectory).standardizedFileURL.path)
    }

    /// - Throws: `StorageFault` where a disk or a file is in the way.
    static func opened(_ settings: Settings, logger: Logger) async throws -> LoquatProcess {
        do { return try await LoquatProcess(settings, logger: logger) } catch {
            if let fault = StorageFault(error, in: settings.dataDirectory) { throw fault }
            throw error
        }
    }

    /// Opens the data directory, and closes what an earlier process left open.
    private init(_ settings: Settings, logger: Logger) async throws {
        self.settings = settings
        self.logger = logger
        ProcessLimits.keepFilesPrivate()
        let ids = UUIDv7Generator()
        directory = try DataDirectory(path: settings.dataDirectory)
        log = try SQLiteLogStore(directory)
        documents = try SQLiteDocumentStore(directory, ids: ids)
        spool = try MappedSpool(directory, logger: logger)
        // Before turns are closed: that would make half a copy look like a whole one.
        try await CopyWriter(log: log).forgetUnfinished(logger: logger)
        _ = try await TurnRecovery.run(log: log, spool: spool, logger: logger)
        search = try await SQLiteConversationSearch(directory, log: log, logger: logger)
        sessionCache = LocalSessionCache(limits: settings.ephemeral)
        try await documents.requeueUnfinished()
        let access = SQLiteAccessStore(sharing: log, ids: ids)
        _ = try await access.owner()

        let searching = NIOThreadPool(numberOfThreads: Self.searchThreads)
        let ingest = NIOThreadPool(numberOfThreads: Self.ingestionThreads)
        let waiting = NIOThreadPool(numberOfThreads: Self.readingThreads)
        let passwords = NIOThreadPool(numberOfThreads: Self.passwordThreads)
        let encoders = NIOThreadPool(numberOfThreads: System.coreCount)
        threads = [searching, ingest, waiting, passwords, encoders]
        for pool in threads { pool.start() }
        let embeddings = LibraryEmbeddings()
        let index = try HybridPassageIndex(
            lexicalFile: directory.words, embeddings: embeddings, threads: searching, ingestThreads: ingest, logger: logger)
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.clientConfiguration)
        self.http = http
        embeddingSetup = Self.embeddingSetup(settings, directory, embeddings, encoders, http, logger)
        do { _ = try await embeddingSetup.connect(patience: Self.embeddingPatience) } catch {
            try await http.shutdown()
            throw error
        }
        let feed = DocumentFeed()
        backlog = EmbeddingBacklog(store: documents, embeddings: embeddings, threads: ingest, logger: logger)
        let ingestion = IngestionService(
            store: documents, index: index, embeddings: embeddings, backlog: backlog, feed: feed,
            reader: ChildDocumentReader(limits: settings.reading, threads: waiting), threads: ingest, logger: logger)
        let library = Library(store: documents, index: index, feed: feed, ingestion: ingestion, backlog: backlog, logger: logger)
        let retrieval = RetrievalService(
            store: documents, index: index, reranker: settings.reranker.map { RerankEndpoint($0, client: http) }, logger: logger)

        let provider = settings.provider.map { OpenAICompatibleModel(settings: $0, client: http, logger: logger) }
        let models = ConfiguredModels(provider: provider, model: settings.provider?.model)
        let metrics = MetricsRegistry()
        let sessionFeed = SessionFeed { [search] in search.changed() }
        let rewriter = settings.classifier.flatMap { classifier in
            provider.map { QueryRewriter(model: $0, name: classifier.model, timeout: classifier.timeout) }
        }
        titles = settings.classifier.flatMap { [log] classifier in
            provider.map { provider in
                let writer = TitleWriter(model: provider, name: classifier.model, timeout: classifier.timeout)
                return TitleService(log: log, writer: writer, feed: sessionFeed, logger: logger)
            }
        }
        let turns = TurnRunner(
            log: log, spool: spool, retrieval: retrieval,
            evidence: embeddingSetup.words.map { EvidenceFinder(words: $0, retrieval: retrieval) }, models: models, rewriter: rewriter,
            titles: titles, feed: sessionFeed, settings: settings.turns, ids: ids, logger: logger, ended: { metrics.countTurn(outcome: $0.rawValue) })
        keyUse = KeyUse(store: access)
        let tokens = TokenService(store: access, ids: ids)
        let accounts = Self.accounts(
            settings, access: access, log: log, library: library, turns: turns, tokens: tokens, passwords: PasswordHasher(threads: passwords),
            ids: ids)
        do { try await accounts.deletion.finishAll() } catch {
            // Whoever was being deleted is gone for all who ask; what is left of theirs goes another time.
            logger.error("the deletion of a user could not be finished", metadata: ["error": "\(error)"])
        }
        services = ServerServices(
            access: Authenticator(store: access, tokens: tokens, keyUse: keyUse), accounts: accounts,
            keys: KeyService(store: access, ids: ids), log: log,
            backup: SQLiteBackup(directory, productVersion: productVersion), library: library, retrieval: retrieval, embeddings: embeddings,
            turns: turns, models: models, sessionCache: sessionCache, search: search, sessionFeed: sessionFeed,
            idempotency: IdempotencyGate(log: log), metrics: metrics, limits: settings.limits,
            frontDoor: FrontDoor(connections: settings.connections, rates: settings.rates),
            storesCompletions: settings.storesCompletions, ids: ids, clock: .system, logger: logger)
    }

    private static func accounts(
        _ settings: Settings, access: SQLiteAccessStore, log: SQLiteLogStore, library: Library, turns: TurnRunner, tokens: TokenService,
        passwords: PasswordHasher, ids: UUIDv7Generator
    ) -> AccountServices {
        let (throttle, links) = (LoginThrottle(), LoginLinks())
        let deletion = UserDeletion(store: access, log: log, belongings: library) { session in
            guard let running = turns.runningTurn(of: session) else { return }
            running.stop(.stopped)
            _ = await running.stream.waitUntilEnded()
        }
        return AccountServices(
            users: UserService(store: access, hasher: passwords, ids: ids),
            own: OwnAccount(store: access, hasher: passwords, throttle: throttle), deletion: deletion,
            registration: Registration(store: access, hasher: passwords, throttle: throttle, policy: settings.registration, ids: ids),
            logins: LoginService(store: access, hasher: passwords, throttle: throttle, links: links, tokens: tokens, ids: ids), links: links,
            audit: AuditLog(store: access, log: log), limits: LimitService(store: access))
    }

    /// The model in this process, for what runs outside a server.
    static func words(_ settings: Settings, threads: NIOThreadPool) throws -> (any Embedder & WordEmbedder)? {
        try settings.embeddings.localModel(dataDirectory: settings.dataDirectory).map { try LocalEmbedder(path: $0, threads: threads) }
    }

    private static func embeddingSetup(
        _ settings: Settings, _ directory: DataDirectory, _ embeddings: LibraryEmbeddings, _ threads: NIOThreadPool, _ client: HTTPClient,
        _ logger: Logger
    ) -> EmbeddingSetup {
        EmbeddingSetup(
            settings: settings.embeddings, dataDirectory: directory.path, folder: directory.vectors,
            local: { folder in
                let embedder = try LocalEmbedder(path: folder, threads: threads)
                return (embedder, embedder.model)
            },
            remote: { settings, dimensions, changed in
                let embedder = try await EmbeddingsEndpoint(settings, dimensions: dimensions, client: client, changed: changed)
                return (embedder, embedder.model)
            }, embeddings: embeddings, logger: logger)
    }

    private static var clientConfiguration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(10)
        // The default of 8 would make turns wait for each other.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 20_000
        configuration.httpVersion = .http1Only
        return configuration
    }

    // MARK: Running

    /// The services that make up a serving process; shut down from the last to the first, so that turns drain while the server
    /// still answers.
    /// - Parameters:
    ///   - isPublic: listens on the network beside the socket.
    ///   - started: told the port once it listens; 0 where it listens on the socket alone.
    func serviceGroup(isPublic: Bool, signals: [UnixSignal], started: @escaping @Sendable (Int) async -> Void) -> ServiceGroup {
        let socket = LocalSocket(dataDirectory: settings.dataDirectory)
        socket.remove()
        let local = Application(
            router: LoquatRouter.localRouter(services), server: .local(services),
            configuration: .init(address: .unixDomainSocket(path: socket.path), serverName: "Loquat"),
            onServerRunning: { _ in if !isPublic { await started(0) } }, logger: quiet(logger))
        var running: [any Service] = [spool, search, services.library] + periodic + [titles].compactMap(\.self) + [local]
        if isPublic {
            let router = LoquatRouter.publicRouter(services, faultPage: WebRoutes.faultPage) { WebRoutes(services: services).add(to: $0) }
            running.append(
                Application(
                    router: router, server: .network(services, faultPage: WebRoutes.faultPage),
                    configuration: .init(address: .hostname(settings.host, port: settings.port), serverName: "Loquat", backlog: 4096),
                    onServerRunning: { channel in
                        // reason: where it can't be set, connections are taken more slowly
                        try? await channel.setOption(.maxMessagesPerRead, value: Self.acceptsAtOnce).get()
                        let port = channel.localAddress?.port ?? 0
                        services.pageAddress.listens(host: settings.host, port: port)
                        await started(port)
                    }, logger: quiet(logger)))
        }
        running += [services.sessionFeed, services.turns]
        var configuration = ServiceGroupConfiguration(
            services: running.map { .init(service: $0, failureTerminationBehavior: .gracefullyShutdownGroup) }, gracefulShutdownSignals: signals,
            logger: quiet(logger))
        configuration.maximumGracefulShutdownDuration = settings.turns.drainGrace + .seconds(20)
        return ServiceGroup(configuration: configuration)
    }

    private var periodic: [any Service] {
        let (log, services, keyUse, embeddingSetup, backlog) = (log, services, keyUse, embeddingSetup, backlog)
        let (search, sessionCache) = (search, sessionCache)
        return [
            Periodic(name: "checkpoint", interval: Self.checkpointInterval, runsAtShutdown: true, logger: logger) { _ = try await log.checkpoint() },
            Periodic(name: "key use", interval: Self.keyUseInterval, runsAtShutdown: true, logger: logger) { try await keyUse.write() },
            Periodic(name: "heartbeat", interval: Self.heartbeat, logger: logger) {
                services.turns.nudgeWatchers()
                await services.turns.closeLeft()
                services.sessionFeed.nudgeWatchers()
                search.changed()
                services.library.tick()
            },
            Periodic(name: "embeddings", interval: Self.heartbeat, logger: logger) {
                if try await cancelWhenGracefulShutdown({ try await embeddingSetup.connect() }) { backlog.documentLeft() }
            },
            Periodic(name: "forget what has lapsed", interval: .seconds(600), logger: logger) {
                try await services.accounts.logins.forgetLapsed()
                _ = sessionCache.forgetLapsed()
                try await log.forgetClaims(before: WallClock.system.now().advanced(by: -IdempotencyGate.lifetime))
            },
        ]
    }

    /// Frameworks speak up from warnings on.
    private func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }

    /// Lets go of the data directory; called once the services have ended, however they did.
    func close() async throws {
        LocalSocket(dataDirectory: settings.dataDirectory).remove()
        try await http.shutdown()
        for pool in threads { try await pool.shutdownGracefully() }
        try documents.close()
        try search.close()
        try log.close()
    }
}
