#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension FileSample {
    /// Of a file on disk; nil where it cannot be read. Waits for the disk.
    public init?(path: String) {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        let head = Self.read(file)
        guard fseek(file, 0, SEEK_END) == 0 else { return nil }
        let size = ftell(file)
        guard size > Self.length else {
            self.init(head)
            return
        }
        guard fseek(file, size - Self.length, SEEK_SET) == 0 else { return nil }
        self.init(head: head, tail: Self.read(file))
    }

    private static func read(_ file: UnsafeMutablePointer<FILE>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: length) { buffer, count in count = fread(buffer.baseAddress, 1, length, file) }
    }
}
