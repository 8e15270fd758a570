#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Memory for a segment's columns. Much of it comes from the system itself, so that it goes back at once and leaves no holes behind.
final class SegmentMemory: @unchecked Sendable {
    /// From so many bytes.
    private static let mappedBytes = 1 << 18

    private let start: UnsafeMutableRawPointer
    private let size: Int
    private let isMapped: Bool
    private var used = 0

    init(bytes: Int) {
        size = bytes
        let mapped = bytes < Self.mappedBytes ? nil : mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        if let mapped, mapped != MAP_FAILED {
            start = mapped
            isMapped = true
        } else {
            start = .allocate(byteCount: max(bytes, 1), alignment: 16)
            isMapped = false
        }
    }

    deinit { if isMapped { munmap(start, size) } else { start.deallocate() } }

    /// The next column; the widest come first.
    func column<Value>(_: Value.Type, _ count: Int) -> UnsafeMutablePointer<Value> {
        precondition(used % MemoryLayout<Value>.alignment == 0 && used + count * MemoryLayout<Value>.stride <= size)
        defer { used += count * MemoryLayout<Value>.stride }
        return (start + used).bindMemory(to: Value.self, capacity: count)
    }
}
