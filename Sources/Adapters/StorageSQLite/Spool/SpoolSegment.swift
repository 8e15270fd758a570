import Conversation
import Foundation
import Synchronization
import TimeOrdered
import Turns

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One file of the spool, mapped into memory. Its room is reserved when it is made, so a full disk is found then and not in a write
/// to the map. All but `sync` is called under the spool's lock.
final class SpoolSegment: @unchecked Sendable {
    /// Room after the last record, always zero, where reading ends.
    static let slack = 64

    let number: Int
    var isFull = false
    private let path: String
    private let descriptor: Int32
    private let map: UnsafeMutableRawBufferPointer
    private var used = 0
    private var dirty = false

    init(new path: String, number: Int, size: Int) throws {
        descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(errno) }
        let result = posix_fallocate(descriptor, 0, off_t(size))
        guard result == 0, let start = Self.mapped(descriptor, size) else {
            close(descriptor)
            unlink(path)
            throw Self.failure(result)
        }
        self.path = path
        self.number = number
        map = UnsafeMutableRawBufferPointer(start: start, count: size)
    }

    init(existing path: String, number: Int) throws {
        descriptor = open(path, O_RDWR | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0 else { throw Self.failure(errno) }
        self.path = path
        self.number = number
        let size = Int(status.st_size)
        if size > 0, let start = Self.mapped(descriptor, size) {
            map = UnsafeMutableRawBufferPointer(start: start, count: size)
        } else {
            map = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        }
    }

    deinit {
        if let start = map.baseAddress { munmap(start, map.count) }
        close(descriptor)
    }

    private static func mapped(_ descriptor: Int32, _ size: Int) -> UnsafeMutableRawPointer? {
        let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        return start == MAP_FAILED ? nil : start
    }

    private static func failure(_ code: Int32) -> LogError {
        code == ENOSPC || code == EDQUOT ? .full : .unavailable(reason: String(cString: strerror(code)))
    }

    func hasRoom(for size: Int) -> Bool { used + size + Self.slack <= map.count }

    func append(_ record: SpoolRecord) {
        guard let start = map.baseAddress else { return }
        record.write(to: start.advanced(by: used))
        used += record.size
        // Records begin at even eighths, so that lengths are written in one piece.
        used = (used + 7) & ~7
        dirty = true
    }

    /// Overwrites the records: the first one's length first, so that whoever reads what a crash left finds none.
    func empty() {
        guard let start = map.baseAddress, used > 0 else { return }
        memset(start, 0, used)
        used = 0
        dirty = true
    }

    func takeDirty() -> Bool {
        defer { dirty = false }
        return dirty
    }

    func sync() -> Bool { fdatasync(descriptor) == 0 }

    func remove() { unlink(path) }

    /// The records up to the first that is not whole.
    func records() -> [(turn: UUIDv7, event: TurnEvent)] {
        var records: [(turn: UUIDv7, event: TurnEvent)] = []
        var offset = 0
        while offset < map.count, let record = SpoolRecord(UnsafeRawBufferPointer(rebasing: map[offset...])) {
            if let event = record.event { records.append((record.turn, event)) }
            offset = (offset + record.size + 7) & ~7
        }
        return records
    }
}
