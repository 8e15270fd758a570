import Crypto
import Foundation
import Hummingbird
import JSON
import NIOCore
import NIOPosix
import Retrieval

/// Receives a document's bytes into a file of the store, piece by piece, on a thread that may wait for the disk.
struct UploadReceiver {
    let store: any DocumentStore
    let limit: Int

    /// What came with the file.
    struct Received {
        let file: UploadedFile
        let filename: String?
        let contentType: String?
        let fields: [String: String]
    }

    private static let fieldLimit = 1 << 20
    private static let fieldCount = 64

    /// - Throws: 413 over the limit, 400 for a body that is not what it says.
    func receive(_ request: Request, boundary: String) async throws -> Received {
        var parser = MultipartParser(boundary: boundary)
        var fields: [String: String] = [:]
        var field: (name: String, bytes: [UInt8])?
        var file: FileSink?
        var part: MultipartPart?
        do {
            for try await buffer in request.body {
                for event in try parser.feed(buffer.readableBytesView) {
                    switch event {
                    case .part(let new):
                        if new.name == "file" || new.filename != nil {
                            guard file == nil else { throw Problem.invalid("/file", "must be one file") }
                            part = new
                            file = try await FileSink.open(path: store.newUploadPath(), limit: limit)
                        } else {
                            guard fields.count < Self.fieldCount else { throw Problem.tooLarge(limit: Self.fieldLimit) }
                            field = (new.name ?? "", [])
                        }
                    case .data(let bytes):
                        if field != nil {
                            field?.bytes += bytes
                            if field?.bytes.count ?? 0 > Self.fieldLimit { throw Problem.tooLarge(limit: Self.fieldLimit) }
                        } else {
                            try await file?.write(bytes)
                        }
                    case .endOfPart:
                        if let ended = field { fields[ended.name] = String(decoding: ended.bytes, as: UTF8.self) }
                        field = nil
                    }
                }
            }
            guard parser.isComplete else { throw Problem.badRequest("invalid_multipart", "The body ends before its last boundary.") }
            guard let file else { throw Problem.invalid("/file", "is required") }
            return Received(file: try await file.finish(), filename: part?.filename, contentType: part?.contentType, fields: fields)
        } catch {
            await file?.discard()
            switch error {
            case is MultipartParser.Failure: throw Problem.badRequest("invalid_multipart", "The body is not multipart/form-data.")
            case is Problem, is LibraryError: throw error
            default: throw Problem.brokenBody
            }
        }
    }

    /// A body that is the file.
    /// - Throws: 413 over the limit, 400 for a body that breaks off.
    func receive(body request: Request) async throws -> UploadedFile {
        let sink = try await FileSink.open(path: store.newUploadPath(), limit: limit)
        do {
            for try await buffer in request.body { try await sink.write(Array(buffer.readableBytesView)) }
            return try await sink.finish()
        } catch {
            await sink.discard()
            switch error {
            case is Problem, is LibraryError: throw error
            default: throw Problem.brokenBody
            }
        }
    }

    /// Text that came as JSON.
    func receive(text: String) async throws -> UploadedFile {
        let sink = try await FileSink.open(path: store.newUploadPath(), limit: limit)
        do {
            try await sink.write(Array(text.utf8))
            return try await sink.finish()
        } catch {
            await sink.discard()
            throw error
        }
    }
}

/// A file being written and hashed, on a thread that may wait for the disk. Used by one request, one call after the other.
private final class FileSink: @unchecked Sendable {
    private let path: String
    private let limit: Int
    private let handle: FileHandle
    private var hasher = SHA256()
    private var size = 0

    private init(path: String, limit: Int, handle: FileHandle) {
        self.path = path
        self.limit = limit
        self.handle = handle
    }

    static func open(path: String, limit: Int) async throws -> FileSink {
        try await NIOThreadPool.singleton.runIfActive {
            guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
                let handle = FileHandle(forWritingAtPath: path)
            else { throw LibraryError.full }
            return FileSink(path: path, limit: limit, handle: handle)
        }
    }

    func write(_ bytes: [UInt8]) async throws {
        guard size + bytes.count <= limit else { throw Problem.tooLarge(limit: limit) }
        try await NIOThreadPool.singleton.runIfActive { [self] in
            size += bytes.count
            hasher.update(data: bytes)
            do { try handle.write(contentsOf: bytes) } catch { throw LibraryError.full }
        }
    }

    func finish() async throws -> UploadedFile {
        try await NIOThreadPool.singleton.runIfActive { [self] in
            do {
                try handle.synchronize()
                try handle.close()
            } catch {
                throw LibraryError.full
            }
            return UploadedFile(path: path, size: size, sha256: Array(hasher.finalize()))
        }
    }

    func discard() async {
        // reason: what stays is removed at the next start
        try? await NIOThreadPool.singleton.runIfActive { [self] in
            try? handle.close()  // reason: the file goes in the next line
            try FileManager.default.removeItem(atPath: path)
        }
    }
}
