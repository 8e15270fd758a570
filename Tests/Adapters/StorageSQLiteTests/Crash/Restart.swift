import Conversation
import ConversationTesting
import StorageSQLite
import Testing
import TimeOrdered
import Turns

/// The next process on a data directory that another one left.
enum Restart {
    /// What there is once it has started, of which all is expected that holds of any log.
    static func picture(of folder: String, _ setting: CrashSetting, keys: [String], _ name: String) async throws -> LogPicture {
        let directory = try DataDirectory(path: folder)
        let store = try SQLiteLogStore(directory, clock: setting.clock.wallClock)
        let left = try MappedSpool(directory, logger: CrashSetting.logger)
        _ = try await TurnRecovery.run(log: store, spool: left, logger: CrashSetting.logger)
        let spool = try MappedSpool(directory, logger: CrashSetting.logger)
        #expect(spool.recovered().isEmpty, "\(name): what is in the log is not kept in the spool as well")
        #expect(try await TurnRecovery.run(log: store, spool: spool, logger: CrashSetting.logger) == 0, "\(name): nothing is left to recover")
        #expect(try await store.openTurns().isEmpty, "\(name)")
        #expect(try await store.verify().problems == [], "\(name)")
        #expect(try await store.rebuild(repair: false).differing == [], "\(name)")
        let picture = try await LogPicture(store, of: setting.asker, keys: keys)
        for session in picture.sessions.values { try expectWhole(session, name) }
        try store.close()
        return picture
    }

    private static func expectWhole(_ session: LogPicture.Session, _ name: String) throws {
        #expect(session.events.map(\.seq) == Array(1...max(1, session.events.count)), "\(name)")
        #expect(session.row.headSeq == session.events.count, "\(name)")
        #expect(session.row.messageCount == session.line.count && session.line.last == session.row.headTurnID, "\(name)")
        #expect(session.row.runningTurnID == nil, "\(name)")
        for turn in session.turns where turn.role == .assistant {
            try expectClosed(turn, session.events.filter { $0.group == turn.id }, name)
        }
        let answers = Set(session.turns.filter { $0.role == .assistant }.map(\.id))
        #expect(answers == Set(session.events.compactMap(\.group)), "\(name): every group has its turn")
    }

    /// The order of a group; what is made of an answer when it is over may follow.
    private static let order: [EventKind] = [.userMessage, .turnOpened, .sourcesFrozen, .assistantMessage, .groupClosed, .titleMade]

    private static func expectClosed(_ turn: TurnRow, _ events: [LogEvent], _ name: String) throws {
        let kinds = events.map(\.kind)
        let places = kinds.compactMap { order.firstIndex(of: $0) }
        #expect(places.count == kinds.count && places == places.sorted(), "\(name): \(kinds)")
        for kind in order.dropLast() {
            let count = kinds.count { $0 == kind }
            let isNeeded = kind != .userMessage && kind != .sourcesFrozen
            #expect(count == 1 || count == 0 && !isNeeded, "\(name): \(count) \(kind)")
        }
        for event in events {
            switch try event.decodedPayload() {
            case .assistantMessage(let message): #expect(message.status == turn.status, "\(name)")
            case .groupClosed(let closed): #expect(closed.outcome == turn.status, "\(name)")
            default: break
            }
        }
    }
}
