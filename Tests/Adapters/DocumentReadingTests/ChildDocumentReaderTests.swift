import DocumentText
import Foundation
import NIOPosix
import Retrieval
import Testing

@testable import DocumentReading

/// However the process ends that reads a document, a reason comes of it.
struct ChildDocumentReaderTests {
    private static func withReader<Answer>(
        _ script: String, limits: ReadingLimits = ReadingLimits(), file: [UInt8] = Array("{\\rtf1 x}".utf8),
        _ body: (ChildDocumentReader, String) async throws -> Answer
    ) async throws -> Answer {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let program = folder.appendingPathComponent("reader").path
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: program))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program)
        let path = folder.appendingPathComponent("upload").path
        try Data(file).write(to: URL(fileURLWithPath: path))
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        let answer: Answer
        do { answer = try await body(ChildDocumentReader(limits: limits, program: program, threads: threads), path) } catch {
            try await threads.shutdownGracefully()
            throw error
        }
        try await threads.shutdownGracefully()
        return answer
    }

    private func code(_ script: String, limits: ReadingLimits = ReadingLimits(time: .seconds(600))) async throws -> String? {
        try await Self.withReader(script, limits: limits) { reader, path in
            do {
                _ = try await reader.read(path: path, mediaType: "application/rtf", filename: "x.rtf")
                return nil
            } catch let error as DocumentError {
                return error.code
            }
        }
    }

    @Test(arguments: [
        ("kill -SEGV $$", "broken_document"), ("exit 1", "broken_document"), ("exit 0", "broken_document"), ("echo words", "broken_document"),
        ("kill -XCPU $$", "reading_took_too_long"), ("echo 'std::bad_alloc' >&2; kill -ABRT $$", "out_of_memory"),
    ])
    func endingsHaveReasons(script: String, expected: String) async throws {
        #expect(try await code(script) == expected)
    }

    @Test func timeAndOutputHaveLimits() async throws {
        #expect(try await code("sleep 1000", limits: ReadingLimits(time: .milliseconds(200))) == "reading_took_too_long")
        #expect(try await code("yes", limits: ReadingLimits(unpackedBytes: 1)) == "broken_document")
    }

    @Test func aReportIsBelieved() async throws {
        let failure = ReadingReport.encode(.failure(DocumentError(code: "no_text", message: "No text.")))
        let octal = failure.map { "\\" + String($0, radix: 8) }.joined()
        #expect(try await code("printf '\(octal)'") == "no_text")
    }

    @Test func plainTextNeedsNoProcess() async throws {
        let read = try await Self.withReader("exit 1", file: Array("# Hello\n".utf8)) { reader, path in
            try await reader.read(path: path, mediaType: "text/markdown", filename: nil)
        }
        #expect(read.document.text == "Hello" && read.mediaType == "text/markdown")
    }

    @Test func whoIsCancelledEndsTheProcess() async throws {
        _ = try await Self.withReader("sleep 1000", limits: ReadingLimits(time: .seconds(900))) { reader, path in
            await #expect(throws: CancellationError.self) {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { _ = try await reader.read(path: path, mediaType: "application/rtf", filename: nil) }
                    group.cancelAll()
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func anUploadThatIsGone() async throws {
        _ = try await Self.withReader("exit 1") { reader, _ in
            await #expect(throws: DocumentError.self) { try await reader.read(path: "/nowhere", mediaType: "text/plain", filename: nil) }
        }
    }
}
