import Foundation
import Testing

@testable import StorageSQLite

struct DataDirectoryTests {
    private let temporary = TemporaryFolder()

    @Test func oneAtATime() throws {
        var first: DataDirectory? = try DataDirectory(path: temporary.path)
        for _ in 0..<3 {
            let failure = #expect(throws: DataDirectory.Failure.self) { try DataDirectory(path: temporary.path) }
            guard case .inUse(temporary.path) = failure else {
                Issue.record("refused for another reason: \(String(describing: failure))")
                return
            }
        }
        withExtendedLifetime(first) {}
        first = nil
        _ = try DataDirectory(path: temporary.path)
    }

    @Test func twoFoldersAreTwoStores() throws {
        let first = try DataDirectory(path: temporary.path + "/a")
        let second = try DataDirectory(path: temporary.path + "/b")
        #expect(first.logFile != second.logFile)
        withExtendedLifetime((first, second)) {}
    }

    @Test func whatIsMadeIsForItsOwnerAlone() throws {
        let directory = try DataDirectory(path: temporary.path)
        for path in [directory.path, directory.uploads] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o700, "\(path)")
        }
        #expect(try FileManager.default.attributesOfItem(atPath: directory.path + "/lock")[.posixPermissions] as? Int == 0o600)
    }

    @Test func aFileInTheWayIsNamed() throws {
        try Data("x".utf8).write(to: URL(fileURLWithPath: temporary.path))
        let failure = #expect(throws: DataDirectory.Failure.self) { try DataDirectory(path: temporary.path) }
        guard case .unusable(temporary.path, let reason) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(!reason.isEmpty)
    }
}
