import Access
import Conversation
import ConversationTesting
import Foundation
import JSON
import Logging
import Retrieval
import TimeOrdered
import Turns

@testable import StorageSQLite

/// A data directory with something of everything in it, and folders for backups of it.
final class BackupTrial: Sendable {
    /// Of the session, beside the one that runs.
    static let turns = 3

    let library = LibraryTrial()
    let directory: DataDirectory
    let log: SQLiteLogStore
    let documents: SQLiteDocumentStore
    let spool: MappedSpool
    let backup: SQLiteBackup
    let target = TemporaryFolder()
    let restored = TemporaryFolder()
    let session: SessionID
    /// Still being answered.
    let running: SampleTurn

    var data: TemporaryFolder { library.temporary }
    var clock: ManualClock { library.clock }

    init() async throws {
        directory = try DataDirectory(path: library.temporary.path)
        log = try SQLiteLogStore(directory, clock: library.clock.wallClock)
        documents = try SQLiteDocumentStore(directory, ids: library.ids, clock: library.clock.wallClock)
        spool = try MappedSpool(directory, logger: Logger(label: "test"))
        backup = SQLiteBackup(directory, productVersion: "0.0.1", clock: library.clock.wallClock)
        let (ids, session) = (library.ids, library.ids.next())
        self.session = session
        let created = SessionCreated(
            userID: library.alice.userID, workspaceID: library.workspace, kind: .chat, title: "Loquats", collectionID: nil, metadata: [:])
        _ = try await log.append(AppendBatch(sessionID: session, drafts: [EventDraft(.sessionCreated(created))]))
        for _ in 0..<Self.turns { _ = try await log.append(AppendBatch(sessionID: session, drafts: SampleTurn(ids).whole)) }
        running = SampleTurn(ids)
        _ = try await log.append(AppendBatch(sessionID: session, drafts: running.opening))
        try spool.write([.delta("A fruit that "), .delta("is ")], of: running.id)
        _ = try await log.checkpoint()
        _ = try await library.library(documents, by: library.alice, .init(name: "fruit"), text: "one\ntwo", filename: "a.txt")
        _ = try await library.library(documents, by: library.alice, .init(name: "nuts"), text: "three\nfour", filename: "b.txt")
        try FileManager.default.createDirectory(atPath: directory.vectors, withIntermediateDirectories: true)
        for name in ["vectors/model-1f.vectors", "vectors/model-1f.json", "vectors/model-1f.vectors.new", "words.index", "search.db"] {
            try Data("what stands in \(name)".utf8).write(to: URL(fileURLWithPath: "\(data.path)/\(name)"))
        }
    }

    /// A whole backup.
    func write() async throws -> BackupReport { try await backup.write(to: target.path) { _ in } }

    func manifest() throws -> JSONValue { try JSONParser.parse(try contents("\(target.path)/manifest.json")) }

    func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    /// All files of a folder by their names.
    func picture(of folder: TemporaryFolder) throws -> [String: Data] {
        var picture: [String: Data] = [:]
        for name in folder.files() { picture[name] = try contents("\(folder.path)/\(name)") }
        return picture
    }

    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}

/// Stops a backup after one of its parts until the test has done something.
final class BackupPause: Sendable {
    private let part: String
    private let reached: AsyncStream<Void>
    private let reaching: AsyncStream<Void>.Continuation
    private let goesOn = DispatchSemaphore(value: 0)

    init(after part: String) {
        self.part = part
        (reached, reaching) = AsyncStream.makeStream(of: Void.self)
    }

    /// Given to the backup: called on its own thread, which may wait.
    func told(_ part: BackupPart) {
        guard part.name == self.part else { return }
        reaching.yield()
        goesOn.wait()
    }

    func reach() async { for await _ in reached { return } }

    func go() { goesOn.signal() }
}
