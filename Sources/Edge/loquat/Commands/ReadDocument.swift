import ArgumentParser
import DocumentReading
import DocumentText
import Foundation

/// Reads one document in a process of its own, for the server: the report goes to standard output. Not for people.
struct ReadDocument: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Read one document, for the server.", shouldDisplay: false)

    @Argument var path: String
    @Option(transform: Self.format) var format: DocumentFormat
    /// Bytes of address space.
    @Option var memory: Int
    /// Bytes that the file may unpack to.
    @Option var unpacked: Int
    /// Of processor time.
    @Option var seconds: Int

    func validate() throws {
        guard memory > 0, unpacked > 0, seconds > 0 else { throw ValidationError("Limits are above 0.") }
    }

    func run() throws {
        let limits = ReadingLimits(time: .seconds(seconds), memory: memory, unpackedBytes: unpacked)
        let report = try ConfinedReading.run(path: path, format: format, limits: limits)
        try FileHandle.standardOutput.write(contentsOf: Data(report))
    }

    private static func format(_ name: String) throws -> DocumentFormat {
        guard let format = DocumentFormat(rawValue: name) else { throw ValidationError("\(name) is no format.") }
        return format
    }
}
