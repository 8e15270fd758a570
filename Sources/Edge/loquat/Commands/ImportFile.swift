import Foundation
import NIOPosix

/// A file with conversations, read a part at a time on a thread that may wait for it.
struct ImportFile: Sendable {
    private static let partSize = 1 << 20

    private let name: String
    private let descriptor: Int32

    /// - Parameter path: `-` for standard input.
    init(_ path: String) throws {
        name = path
        descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure }
    }

    /// Some bytes; none at the end.
    func next() async throws -> [UInt8] {
        try await NIOThreadPool.singleton.runIfActive {
            var count = 0
            let part = [UInt8](unsafeUninitializedCapacity: Self.partSize) { buffer, filled in
                repeat { count = read(descriptor, buffer.baseAddress, buffer.count) } while count < 0 && errno == EINTR
                filled = max(0, count)
            }
            guard count >= 0 else { throw failure }
            return part
        }
    }

    func end() { if descriptor != STDIN_FILENO { close(descriptor) } }

    private var failure: CommandFailure { CommandFailure("\(Output.printable(name)) cannot be read: \(String(cString: strerror(errno))).") }
}

/// All of a file, of which the first part was read.
struct ImportParts: AsyncSequence, Sendable {
    typealias Element = [UInt8]

    let first: [UInt8]
    let file: ImportFile

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var first: [UInt8]
        fileprivate let file: ImportFile

        mutating func next() async throws -> [UInt8]? {
            let part = first.isEmpty ? try await file.next() : first
            first = []
            return part.isEmpty ? nil : part
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(first: first, file: file) }
}

/// Our own export, cut into its sessions: however many there are, one is in memory.
struct ImportSessions {
    private static let head = Array(#"{"format":"loquat""#.utf8)
    private static let end = Array(#"{"end":true"#.utf8)
    /// Bytes of one session.
    private static let sizeLimit = 1 << 30

    private let file: ImportFile
    private var buffer: [UInt8]
    /// How far `buffer` was looked through: the beginning of a line.
    private var position = 0
    /// Lines that were given away, and those looked through.
    private var (given, seen) = (0, 0)

    /// - Parameter first: the file's first part.
    /// - Returns: nil for a file that does not begin as our own do.
    init?(first: [UInt8], of file: ImportFile) {
        guard first.starts(with: Self.head) else { return nil }
        self.file = file
        buffer = first
    }

    /// The number of lines before what `next` gave last.
    private(set) var linesBefore = 0

    /// The bytes of the next session; of what is left where none ends any more. Nil at the file's end.
    mutating func next() async throws -> [UInt8]? {
        while true {
            while let end = buffer[position...].firstIndex(of: UInt8(ascii: "\n")) {
                let isEnd = buffer[position..<end].starts(with: Self.end)
                position = end + 1
                seen += 1
                if isEnd { return take(position) }
            }
            let part = try await file.next()
            guard !part.isEmpty else { return buffer.isEmpty ? nil : take(buffer.count) }
            buffer += part
            guard buffer.count <= Self.sizeLimit else {
                throw CommandFailure("The session that begins at line \(given + 1) has more than \(ByteCount(Self.sizeLimit)).")
            }
        }
    }

    private mutating func take(_ count: Int) -> [UInt8] {
        linesBefore = given
        given = seen
        let session = Array(buffer[..<count])
        buffer.removeFirst(count)
        position = 0
        return session
    }
}
