import Conversation
import ConversationTesting
import Foundation
import StorageSQLite
import Testing
import Turns

/// A process may be killed between any two writes, and any write may fail: after a restart a turn is whole, closed as interrupted, or not
/// there, and a line is the one before or the one after, never something between.
@Suite(.timeLimit(.minutes(10)))
struct CrashTests {
    private let setting = CrashSetting()
    private let temporary = TemporaryFolder()

    @Test func killedAroundEveryWrite() async throws {
        let rig = try CrashRig("\(temporary.path)/data", setting)
        var total = 0
        for command in CrashCommand.all {
            setting.clock.advance(by: 60_000)
            let before = try await rig.picture()
            rig.points.begin(before, copying: true)
            try await command.run(rig)
            let points = rig.points.end()
            let check = CrashCheck(command: command, setting: setting, keys: rig.story.keys, before: before, after: try await rig.picture())
            try check.expectDone()
            for point in points { try await check.expect(at: point) }
            print("\(points.count) fault points: \(command.name)")
            #expect(points.count >= command.fewestPoints, "\(command.name)")
            total += points.count
        }
        print("\(total) fault points in \(CrashCommand.all.count) commands")
        #expect(total >= CrashCommand.all.reduce(0) { $0 + $1.fewestPoints })
        try rig.close()
    }

    /// The process that closes what another one left open may be killed as well.
    @Test func killedWhileRecovering() async throws {
        let rig = try CrashRig("\(temporary.path)/data", setting)
        let command = try #require(CrashCommand.all.first)
        rig.points.begin(try await rig.picture(), copying: true)
        try await command.run(rig)
        let keys = rig.story.keys
        var (closed, total) = (0, 0)
        for point in rig.points.end() {
            let directory = try DataDirectory(path: point.folder)
            let store = try SQLiteLogStore(directory, clock: setting.clock.wallClock)
            let points = FaultPoints(point.folder)
            points.begin(try await LogPicture(store, of: setting.asker, keys: keys), copying: true)
            closed += try await TurnRecovery.run(
                log: FaultPointLog(store, points), spool: FaultPointSpool(try MappedSpool(directory, logger: CrashSetting.logger), points),
                logger: CrashSetting.logger)
            let whole = try await LogPicture(store, of: setting.asker, keys: keys)
            try store.close()
            for second in points.end() {
                let name = "killed \(point.name), and again \(second.name)"
                let found = try await Restart.picture(of: second.folder, setting, keys: keys, name)
                let isSame = found == whole
                #expect(isSame, "\(name)")
                total += 1
            }
        }
        print("\(total) fault points in \(closed) recoveries")
        #expect(closed >= 4 && total >= 2 * closed)
        try rig.close()
    }

    /// Each commit of each command fails before it was made, and after: then it is there, and nobody was told.
    @Test func everyCommitFails() async throws {
        let rig = try CrashRig("\(temporary.path)/data", setting)
        var total = 0
        for command in CrashCommand.all {
            setting.clock.advance(by: 60_000)
            let start = "\(temporary.path)/start"
            try DirectoryCopy.make(of: rig.directory.path, at: start)
            let story = rig.story
            rig.log.failNone()
            try await command.run(rig)
            let commits = rig.log.writes
            #expect(commits == 1 || command.outcome != nil && commits > 1, "\(command.name)")
            for number in 0..<commits {
                for moment in [Fault.Moment.beforeCommit, .afterCommit] {
                    try await fail(command, number + 1, moment, from: start, story)
                    total += 1
                }
            }
            try FileManager.default.removeItem(atPath: start)
        }
        print("\(total) failed commits in \(CrashCommand.all.count) commands")
        #expect(total >= 2 * CrashCommand.all.count)
        try rig.close()
    }

    /// Runs a command one of whose commits fails, in a process of its own, which is killed afterwards.
    private func fail(_ command: CrashCommand, _ number: Int, _ moment: Fault.Moment, from start: String, _ story: CrashRig.Story) async throws {
        let folder = "\(temporary.path)/failing"
        try DirectoryCopy.make(of: start, at: folder)
        let rig = try CrashRig(folder, setting, story)
        let before = try await rig.picture()
        rig.points.begin(before, copying: false)
        rig.log.fail(number, at: moment)
        // A turn tells its watchers; whatever else it was, its caller is told.
        do { try await command.run(rig) } catch is LogError { #expect(command.outcome == nil) }
        let after = try await rig.picture()
        let name = "after commit \(number) had failed, \(moment)"
        let isUntouched = after == before
        #expect(isUntouched == (number == 1 && moment == .beforeCommit), "\(command.name), \(name)")
        let point = try rig.points.now(name)
        let check = CrashCheck(command: command, setting: setting, keys: rig.story.keys, before: before, after: after)
        try await check.expect(at: point)
        try rig.close()
        try FileManager.default.removeItem(atPath: folder)
    }
}
