import Testing
import TimeOrdered

@testable import Conversation

/// Our own format, line by line.
struct OwnExportReaderTests {
    private let session = UUIDv7Generator().next()
    private let event = #"{"seq":1,"kind":"session.updated","created_at":"2026-01-02T03:04:05.678Z","payload":{"title":"t"}}"#

    private var head: String { String(decoding: ExportFormat.head(of: session), as: UTF8.self) }

    private func sealed(_ events: String...) -> String {
        var seal = ExportSeal()
        let lines = head + events.joined(separator: "\n") + "\n"
        seal.add(Array(lines.utf8))
        return lines + String(decoding: ExportFormat.end(events: events.count, seal), as: UTF8.self)
    }

    private func read(_ file: String, lineLimit: Int = OwnExportReader.lineLimit) throws(ImportError) -> [ExportedSession] {
        var reader = OwnExportReader(Array(file.utf8), lineLimit: lineLimit)
        var found: [ExportedSession] = []
        while let next = try reader.next() { found.append(next) }
        return found
    }

    @Test func sessionsAreReadOneAfterTheOther() throws {
        let found = try read(sealed(event) + "\n\n" + String(sealed(event).dropLast()))
        #expect(found.map(\.id) == [session, session])
        #expect(found.map { $0.events.map(\.kind) } == [[.sessionUpdated], [.sessionUpdated]])
    }

    @Test func aLineMayHaveItsLimitAndNoMore() throws {
        let longest = try #require(sealed(event).split(separator: "\n").map(\.utf8.count).max())
        #expect(try read(sealed(event), lineLimit: longest).count == 1)
        let error = #expect(throws: ImportError.self) { try read(sealed(event), lineLimit: longest - 1) }
        #expect(error?.message.contains("more than \(longest - 1) bytes") == true)
    }

    @Test func aLineThatIsNoEventIsToldByItsNumberWhateverFollows() {
        let error = #expect(throws: ImportError.self) { try read(head + String(repeating: "0\n", count: 1_000)) }
        #expect(error == ImportError(code: "broken_export", message: "Line 2: this is no JSON object."))
        let last = #expect(throws: ImportError.self) { try read(head + "{\"seq\":") }
        #expect(last?.message.hasPrefix("Line 2: the file breaks off here") == true)
        #expect(throws: ImportError.self) { try read(head + event + "\n") }
    }
}
