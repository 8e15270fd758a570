import CChildProcess

/// What a process that reads what strangers wrote may take of the machine.
public struct ProcessConfinement: Sendable, Hashable {
    /// Bytes of address space.
    public var memory: Int
    /// Seconds of processor time.
    public var processorSeconds: Int
    /// Bytes of any file that it writes.
    public var fileBytes: Int
    /// Open files.
    public static let files = 64

    public struct Failure: Error, Sendable, Hashable {
        public let errno: Int32
    }

    public init(memory: Int, processorSeconds: Int, fileBytes: Int) {
        self.memory = memory
        self.processorSeconds = processorSeconds
        self.fileBytes = fileBytes
    }

    /// Holds this process, and those that it starts, to it for good.
    public func enter() throws(Failure) {
        var limits = child_limits(
            memory: UInt64(memory), processor_seconds: UInt64(processorSeconds), file_bytes: UInt64(fileBytes), files: UInt64(Self.files))
        let error = child_confine(&limits)
        guard error == 0 else { throw Failure(errno: error) }
    }
}
