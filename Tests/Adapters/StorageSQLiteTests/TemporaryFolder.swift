import Foundation

/// A folder that goes with this object.
final class TemporaryFolder: Sendable {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("loquat-\(UUID().uuidString)").path

    deinit { try? FileManager.default.removeItem(atPath: path) }  // reason: the system empties its temporary folder too
}
