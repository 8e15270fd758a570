internal import CVectorMath

/// How the index lies in its file. Numbers are little-endian; nothing is ever written over.
///
///     header   20 bytes   magic, version, the analyzer's fingerprint, CRC-32C of what stands before it here
///     block    24 bytes   magic, kind, payload bytes, CRC-32C of the payload, CRC-32C of what stands before it here
///              payload    documents: how many terms are new (UInt32), each with its number (UInt32), its length (UInt8) and its UTF-8;
///                         then records to the end, see `DocumentRecord`
///                         removals: pairs of Int64, the partition and the document
///                         partition removals: Int64
///     block    …
///
/// A block whose checksum is wrong ends the file: it and what follows was being written when the machine stopped.
enum LexicalFileFormat {
    static let headerBytes = 20
    static let blockHeaderBytes = 24
    private static let version: UInt32 = 1
    private static let magic: UInt64 = 0x316c_6f74_6175_716c  // "lquatol1"
    private static let blockMagic: UInt32 = 0x6b6c_626c  // "lblk"

    enum Kind: UInt32 { case documents = 1, removals = 2, partitionRemovals = 3 }

    static func header(analyzer: UInt32) -> [UInt8] {
        var header = ByteWriter()
        header.fixed(magic)
        header.fixed(version)
        header.fixed(analyzer)
        header.fixed(checksum(header.bytes))
        return header.bytes
    }

    static func blockHeader(_ kind: Kind, payload: [UInt8]) -> [UInt8] {
        var header = ByteWriter()
        header.fixed(blockMagic)
        header.fixed(kind.rawValue)
        header.fixed(UInt64(payload.count))
        header.fixed(checksum(payload))
        header.fixed(checksum(header.bytes))
        return header.bytes
    }

    /// The block that comes next; nil where none is whole.
    static func block(_ reader: inout ByteReader) -> (kind: Kind, payload: UnsafeBufferPointer<UInt8>)? {
        var header = ByteReader(reader.take(blockHeaderBytes))
        var again = header
        let isBlock = header.fixed(UInt32.self) == blockMagic
        let kind = Kind(rawValue: header.fixed(UInt32.self))
        let size = header.fixed(UInt64.self)
        let payloadSum = header.fixed(UInt32.self)
        let headerSum = header.fixed(UInt32.self)
        guard isBlock, !header.isOverrun, checksum(again.take(blockHeaderBytes - 4)) == headerSum, let kind, size <= UInt64(reader.rest)
        else { return nil }
        let payload = reader.take(Int(size))
        return checksum(payload) == payloadSum ? (kind, payload) : nil
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 { vm_crc32c(0, bytes, bytes.count) }

    private static func checksum(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        guard let start = bytes.baseAddress else { return 0 }
        return vm_crc32c(0, start, bytes.count)
    }
}
