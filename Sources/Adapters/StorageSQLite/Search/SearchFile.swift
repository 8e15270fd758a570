import Conversation
import Foundation
import GRDB
import Logging
import SearchIndex
import TimeOrdered

/// The open file of the index. It says nothing that the log does not say better, so it may be thrown away at any time.
struct SearchFile: Sendable {
    /// Why a file is not used.
    private enum Refusal: Error {
        case otherVersion
        case otherLog
    }

    private static let readers = 2

    let file: SQLiteFile
    let digests: TermDigests
    /// Where in the log the index ended when it was opened; nil where it is empty.
    let end: LogPlace?

    /// The index of a log; a new one where there is none, or none that can be used.
    static func open(path: String, log: SQLiteLogStore, logger: Logger) async throws -> SearchFile {
        guard FileManager.default.fileExists(atPath: path) else { return try await anew(path: path) }
        do {
            return try await existing(path: path, log: log)
        } catch {
            logger.notice("the index of conversations is made anew", metadata: ["reason": "\(error)"])
            return try await anew(path: path)
        }
    }

    /// An empty one, in the place of what is there.
    static func anew(path: String) async throws -> SearchFile {
        // The database goes first: a write-ahead log without one is thrown away by SQLite itself.
        for part in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + part) {
            try FileManager.default.removeItem(atPath: path + part)
        }
        return try await SearchFile(path: path)
    }

    private static func existing(path: String, log: SQLiteLogStore) async throws -> SearchFile {
        let opened = try await SearchFile(path: path)
        do {
            if let end = opened.end, try await !log.hasReached(end) { throw Refusal.otherLog }
            return opened
        } catch {
            try? opened.file.close()  // reason: it is deleted next
            throw error
        }
    }

    private init(path: String) async throws {
        let file = try SQLiteFile(path: path, migrator: SearchSchema.migrator, readers: Self.readers, durability: .normal)
        do {
            guard let state = try await file.read({ try SearchState($0) }) else { throw Refusal.otherVersion }
            digests = TermDigests(key: state.key)
            end = state.end
            self.file = file
        } catch {
            try? file.close()  // reason: it is deleted next
            throw error
        }
    }

    // MARK: Rows

    /// Takes in a part of the log: all of it or nothing. What cannot be read is left out; `verify` names it.
    func insert(_ slice: LoggedSlice) async throws {
        guard let end = slice.end else { return }
        try await file.write { [digests] database in
            let statement = try database.cachedStatement(sql: "INSERT INTO terms (rowid, digests) VALUES (?, ?)")
            // Made here: one thread at a time may use it.
            let analyzer = Analyzer()
            var known: [UUIDv7: [String: String]] = [:]
            for words in slice.words {
                // reason: an event that is damaged must not keep others from being found
                guard let text = try? words.event.decodedPayload().words, !text.isEmpty else { continue }
                var row: [String] = []
                for term in SearchableText.terms(of: text, analyzer) {
                    let digest = known[words.userID]?[term] ?? digests.digest(of: term, by: words.userID)
                    known[words.userID, default: [:]][term] = digest
                    row.append(digest)
                }
                try statement.execute(arguments: [words.position, row.joined(separator: " ")])
            }
            try database.execute(sql: "UPDATE state SET position = ?, hash = ?", arguments: [end.position, Data(end.hash.bytes)])
        }
    }

    /// Where messages and titles of a user stand that have all the terms, newest first.
    func positions(of user: UUIDv7, terms: [String], before position: Int64, limit: Int) async throws -> [Int64] {
        let match = terms.map { "\"\(digests.digest(of: $0, by: user))\"" }.joined(separator: " AND ")
        return try await file.read { database in
            let statement = try database.cachedStatement(
                sql: "SELECT rowid FROM terms WHERE terms MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?")
            return try Int64.fetchAll(statement, arguments: [match, position, limit])
        }
    }
}

/// The one row that says what the file is.
private struct SearchState: Sendable {
    let key: [UInt8]
    let end: LogPlace?

    /// Nil where it is of another version, or not what was written.
    init?(_ database: Database) throws {
        guard let row = try Row.fetchOne(database, sql: "SELECT version, analyzer, key, position, hash FROM state") else { return nil }
        // Not by subscripts: those end the process where a value is of another type.
        let values = Array(row.databaseValues)
        guard Int64.fromDatabaseValue(values[0]) == Int64(SearchSchema.version),
            Int64.fromDatabaseValue(values[1]) == Int64(Analyzer.fingerprint), let key = Data.fromDatabaseValue(values[2]),
            let position = Int64.fromDatabaseValue(values[3])
        else { return nil }
        self.key = Array(key)
        let hash = Data.fromDatabaseValue(values[4])
        guard hash != nil || position == 0 else { return nil }
        end = hash.map { LogPlace(position: position, hash: EventHash(bytes: Array($0))) }
    }
}

extension EventPayload {
    /// What its author said, or what the session is called.
    var words: String? {
        switch self {
        case .userMessage(let message): message.content
        case .assistantMessage(let message): message.content
        case .sessionUpdated(let update): update.title
        case .titleMade(let made): made.title
        default: nil
        }
    }
}
