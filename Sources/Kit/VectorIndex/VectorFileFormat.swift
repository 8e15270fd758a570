import CVectorMath

/// How vectors lie in their file. Numbers are little-endian, as they are in memory; nothing is ever written over.
///
///     header   4096 bytes   magic, version, dimensions, length of the model's name, CRC-32C of the rest, the name; then zeros
///     block    64 bytes     magic, kind, rows, payload bytes, CRC-32C of the payload, CRC-32C of what stands before it here
///              payload      in a block of vectors a column after the other, each begun at a multiple of 64:
///                           keys, documents, partitions (Int64), scales (Float), codes (Int8 × dimensions), vectors (Float × dimensions)
///                           in a block of removals: pairs of Int64, what kind and which
///     block    …
///
/// A block whose checksum is wrong ends the file: it and what follows was being written when the machine stopped.
enum VectorFileFormat {
    static let headerBytes = 4096
    static let blockHeaderBytes = 64
    static let alignment = 64
    static let version: UInt32 = 1
    static let magic: UInt64 = 0x3176_6f74_6175_716c  // "lquatov1"
    static let blockMagic: UInt32 = 0x6b6c_7662  // "bvlk"
    /// Rows of a block; more are written as several.
    static let rowLimit = 4096
    static let nameLimit = 512
    static let dimensionLimit = 16_384

    enum Kind: UInt32 { case vectors = 1, removals = 2 }

    struct Columns {
        let keys, documents, partitions, scales, codes, vectors, end: Int

        init(rows: Int, dimensions: Int) {
            func after(_ place: Int, _ bytes: Int) -> Int { VectorFileFormat.aligned(place + bytes) }
            keys = 0
            documents = after(keys, rows * 8)
            partitions = after(documents, rows * 8)
            scales = after(partitions, rows * 8)
            codes = after(scales, rows * 4)
            vectors = after(codes, rows * dimensions)
            end = after(vectors, rows * dimensions * 4)
        }
    }

    struct BlockHeader {
        let kind: Kind
        let rows: Int
        let payloadBytes: Int
        let payloadChecksum: UInt32

        /// Nil where these bytes begin no block.
        init?(_ bytes: UnsafeRawBufferPointer) {
            guard bytes.count >= blockHeaderBytes, bytes.loadUnaligned(as: UInt32.self) == blockMagic,
                vm_crc32c(0, bytes.baseAddress!, 32) == bytes.loadUnaligned(fromByteOffset: 32, as: UInt32.self),
                let kind = Kind(rawValue: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
            else { return nil }
            self.kind = kind
            rows = Int(bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
            payloadChecksum = bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self)
            guard let length = Int(exactly: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)), rows <= rowLimit else { return nil }
            payloadBytes = length
        }

        static func bytes(_ kind: Kind, rows: Int, payload: UnsafeRawBufferPointer) -> [UInt8] {
            var header = [UInt8](repeating: 0, count: blockHeaderBytes)
            header.withUnsafeMutableBytes { header in
                header.storeBytes(of: blockMagic, as: UInt32.self)
                header.storeBytes(of: kind.rawValue, toByteOffset: 4, as: UInt32.self)
                header.storeBytes(of: UInt32(rows), toByteOffset: 8, as: UInt32.self)
                header.storeBytes(of: vm_crc32c(0, payload.baseAddress!, payload.count), toByteOffset: 12, as: UInt32.self)
                header.storeBytes(of: UInt64(payload.count), toByteOffset: 16, as: UInt64.self)
                header.storeBytes(of: vm_crc32c(0, header.baseAddress!, 32), toByteOffset: 32, as: UInt32.self)
            }
            return header
        }
    }

    static func header(dimensions: Int, model: String) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: headerBytes)
        header.withUnsafeMutableBytes { header in
            header.storeBytes(of: magic, as: UInt64.self)
            header.storeBytes(of: version, toByteOffset: 8, as: UInt32.self)
            header.storeBytes(of: UInt32(dimensions), toByteOffset: 12, as: UInt32.self)
            header.storeBytes(of: UInt32(model.utf8.count), toByteOffset: 16, as: UInt32.self)
            UnsafeMutableRawBufferPointer(rebasing: header[24...]).copyBytes(from: model.utf8)
            header.storeBytes(of: vm_crc32c(0, header.baseAddress! + 24, headerBytes - 24), toByteOffset: 20, as: UInt32.self)
        }
        return header
    }

    static func aligned(_ place: Int) -> Int { (place + alignment - 1) / alignment * alignment }
}
