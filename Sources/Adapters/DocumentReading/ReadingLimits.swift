import DocumentText

/// What reading one document may take.
package struct ReadingLimits: Sendable, Hashable {
    /// From the start of reading to its end.
    package var time: Duration
    /// Bytes of address space.
    package var memory: Int
    /// Bytes that a file may unpack to.
    package var unpackedBytes: Int

    /// - Parameters:
    ///   - time: 60 seconds; processor time is held to the same.
    ///   - memory: 1 GiB.
    ///   - unpackedBytes: 256 MiB.
    package init(time: Duration = .seconds(60), memory: Int = 1 << 30, unpackedBytes: Int = 256 << 20) {
        self.time = time
        self.memory = memory
        self.unpackedBytes = unpackedBytes
    }

    /// Bytes of the longest report: text in UTF-8 and its blocks.
    var reportBytes: Int { unpackedBytes + (64 << 20) }

    var seconds: Int { max(1, Int(time.components.seconds)) }

    var parsing: DocumentParser.Limits { DocumentParser.Limits(unpackedBytes: unpackedBytes, seconds: seconds) }
}
