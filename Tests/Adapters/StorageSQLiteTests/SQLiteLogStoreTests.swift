import JSON
import Logging
import Testing
import TimeOrdered
import Turns

@testable import StorageSQLite

/// What is the files' own; what every log store promises is in `SQLiteLogStoreContractTests`.
struct SQLiteLogStoreTests {
    private let temporary = TemporaryFolder()
    private var folder: String { temporary.path }
    private let ids = UUIDv7Generator()

    @Test func acknowledgedMeansOnDisk() throws {
        let file = try SQLiteFile(path: DataDirectory(path: folder).logFile, migrator: LogMigrations.migrator)
        #expect(try file.synchronousLevel() == 2)
    }

    @Test func twoProcessesNeverOpenOneStore() throws {
        let first = try DataDirectory(path: folder)
        #expect(throws: DataDirectory.Failure.self) { try DataDirectory(path: folder) }
        withExtendedLifetime(first) {}
    }

    @Test func whatWasShownSurvivesTheProcess() throws {
        let directory = try DataDirectory(path: folder)
        let logger = Logger(label: "test")
        let turn = ids.next()
        let events: [TurnEvent] = [.delta("a\u{0}🍊"), .chunk(["x": 1]), .delta("")]
        var spool: MappedSpool? = try MappedSpool(directory, logger: logger)
        try spool?.write(events, of: turn)
        spool = nil
        #expect(try MappedSpool(directory, logger: logger).recovered() == [turn: events])
    }
}
