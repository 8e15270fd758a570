import ChildProcesses
import DocumentText
package import NIOPosix
package import Retrieval
import ServiceLifecycle

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#endif

/// Reads documents in a process of their own, which is this program once more (`loquat read-document`): a hostile file takes that down and
/// nothing else. Plain text, Markdown, CSV and small JSON are read here: their parsers are linear and cannot overrun memory, and thousands
/// of small notes need no thousands of processes.
package struct ChildDocumentReader: DocumentReader {
    private let limits: ReadingLimits
    private let program: String
    private let threads: NIOThreadPool

    /// - Parameters:
    ///   - program: this program; the running one, even where its file was replaced since.
    ///   - threads: for waiting, one document each.
    package init(limits: ReadingLimits, program: String = "/proc/self/exe", threads: NIOThreadPool) {
        self.limits = limits
        self.program = program
        self.threads = threads
    }

    package func read(path: String, mediaType: String, filename: String?) async throws -> ReadDocument {
        let (limits, threads) = (limits, threads)
        let sample = try await threads.runIfActive { FileSample(path: path) }
        guard let sample else { throw DocumentError.uploadLost }
        let format = DocumentFormat.detect(sample, declared: mediaType, filename: filename) ?? .text
        let result: Result<ParsedDocument, DocumentError>
        let isSmall = sample.head.count < FileSample.length
        if format.isPlain, format != .json || isSmall {
            result = try await threads.runIfActive {
                guard let bytes = FileManager.default.contents(atPath: path) else { throw DocumentError.uploadLost }
                return Result { () throws(DocumentError) in try DocumentParser.parse(Array(bytes), format: format, limits: limits.parsing) }
            }
        } else {
            result = try await readInChild(path: path, format: format)
        }
        return ReadDocument(document: try result.get(), mediaType: format.mediaType)
    }

    /// When the server ends, or whoever waits does, the child ends too; the document is still queued then.
    private func readInChild(path: String, format: DocumentFormat) async throws -> Result<ParsedDocument, DocumentError> {
        let child = ChildProcess(
            program: program,
            arguments: [
                "read-document", path, "--format", format.rawValue, "--memory", String(limits.memory), "--unpacked", String(limits.unpackedBytes),
                "--seconds", String(limits.seconds),
            ],
            environment: ["PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "SWIFT_BACKTRACE=enable=no"], ownsGroup: true)
        let ending = try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await threads.runIfActive { [limits] in try child.run(outputLimit: limits.reportBytes, timeLimit: limits.time) }
            } onGracefulShutdown: {
                child.stop()
            }
        } onCancel: {
            child.stop()
        }
        return try Self.result(of: ending, memory: limits.memory)
    }

    /// - Throws: `CancellationError` where it was stopped.
    static func result(of ending: ChildProcess.Ending, memory: Int) throws -> Result<ParsedDocument, DocumentError> {
        switch ending.cause {
        case .stopped: throw CancellationError()
        case .ranTooLong, .killed(signal: SIGXCPU): return .failure(.tookTooLong)
        case .wroteTooMuch: return .failure(.crashed)
        case .exited, .killed: break
        }
        if ending.cause == .exited(0), let report = ReadingReport.decode(ending.output) { return report }
        // An allocation that fails ends a Swift program; what it had by then, or what it says, tells that from a fault.
        let complaints = ending.complaints.lowercased()
        let ranOut = ending.peakMemory ?? 0 > memory / 2 || complaints.contains("alloc") || complaints.contains("out of memory")
        return .failure(ranOut ? .outOfMemory : .crashed)
    }
}
