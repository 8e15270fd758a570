package import Access
package import Conversation
package import Logging
package import Retrieval
package import TimeOrdered
package import Turns

/// What the routes are made of. The composition root fills it in.
package struct ServerServices: Sendable {
    package struct Limits: Sendable {
        package var messageCharacters = 16_000
        package var uploadBytes = 100 << 20
        /// Bytes of a JSON body.
        package var bodyBytes = 4 << 20

        package init() {}
    }

    package let access: Authenticator
    package let accounts: AccountServices
    package let keys: KeyService
    package let log: any LogStore
    package let backup: any StoreBackup
    package let library: Library
    package let retrieval: RetrievalService
    package let embeddings: LibraryEmbeddings
    package let turns: TurnRunner
    /// Rewinding, branches, versions.
    package let lines: LineService
    package let copies: SessionCopies
    /// Sessions that are not in the log.
    package let sessionCache: any SessionCache
    package let search: any ConversationSearch
    package let models: any ModelCatalog
    package let sessionFeed: SessionFeed
    package let idempotency: IdempotencyGate
    package let metrics: MetricsRegistry
    package let limits: Limits
    package let frontDoor: FrontDoor
    /// Where the page is, as this machine reaches it.
    package let pageAddress = PageAddress()
    let imports = ImportSlots()
    /// Whether completions are logged that do not say.
    package let storesCompletions: Bool
    package let ids: UUIDv7Generator
    package let clock: WallClock
    package let logger: Logger

    package init(
        access: Authenticator, accounts: AccountServices, keys: KeyService, log: any LogStore, backup: any StoreBackup, library: Library,
        retrieval: RetrievalService, embeddings: LibraryEmbeddings, turns: TurnRunner, models: any ModelCatalog, sessionCache: any SessionCache,
        search: any ConversationSearch, sessionFeed: SessionFeed,
        idempotency: IdempotencyGate, metrics: MetricsRegistry, limits: Limits, frontDoor: FrontDoor, storesCompletions: Bool,
        ids: UUIDv7Generator, clock: WallClock, logger: Logger
    ) {
        self.access = access
        self.accounts = accounts
        self.keys = keys
        self.log = log
        self.backup = backup
        self.library = library
        self.retrieval = retrieval
        self.embeddings = embeddings
        self.turns = turns
        lines = LineService(log: log, turns: turns)
        copies = SessionCopies(log: log, ids: ids)
        self.models = models
        self.sessionCache = sessionCache
        self.search = search
        self.sessionFeed = sessionFeed
        self.idempotency = idempotency
        self.metrics = metrics
        self.limits = limits
        self.frontDoor = frontDoor
        self.storesCompletions = storesCompletions
        self.ids = ids
        self.clock = clock
        self.logger = logger
    }
}
