import ChildProcesses
package import DocumentText

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#endif

/// What the process does that reads one document: it gives up what it could do harm with, reads, and says what it read.
package enum ConfinedReading {
    /// - Returns: the report for whoever waits.
    /// - Throws: where the process cannot be confined; then nothing is read.
    package static func run(path: String, format: DocumentFormat, limits: ReadingLimits) throws -> [UInt8] {
        try ProcessConfinement(memory: limits.memory, processorSeconds: limits.seconds, fileBytes: limits.unpackedBytes).enter()
        // Archives name their files in UTF-8.
        _ = setlocale(LC_CTYPE, "C.UTF-8")
        guard let bytes = FileManager.default.contents(atPath: path) else { throw DocumentError.uploadLost }
        return ReadingReport.encode(
            Result { () throws(DocumentError) in try DocumentParser.parse(Array(bytes), format: format, limits: limits.parsing) })
    }
}

extension DocumentError {
    static let uploadLost = DocumentError(code: "upload_lost", message: "The uploaded file is gone. Upload it again.")
}
