import Conversation
import Foundation
import JSON
import TimeOrdered
import Turns

/// One event of a running turn as its spool holds it.
struct SpoolRecord {
    private enum Kind: UInt8 {
        case delta = 1
        case citation, chunk
    }

    static let headerSize = 25
    let turn: UUIDv7
    private let kind: UInt8
    private let payload: [UInt8]

    /// Nil for events that the log holds itself.
    init?(turn: UUIDv7, event: TurnEvent) {
        self.turn = turn
        switch event {
        case .delta(let text): (kind, payload) = (Kind.delta.rawValue, Array(text.utf8))
        case .citation(let citation):
            guard let bytes = try? encodeJSON(citation, nils: .omitted) else { return nil }  // reason: a citation's numbers are finite
            (kind, payload) = (Kind.citation.rawValue, bytes)
        case .chunk(let chunk): (kind, payload) = (Kind.chunk.rawValue, chunk.bytes)
        case .session, .sources, .truncate, .done, .failed: return nil
        }
    }

    var size: Int { Self.headerSize + payload.count }

    func write(to target: UnsafeMutableRawPointer) {
        target.storeBytes(of: checksum, toByteOffset: 4, as: UInt32.self)
        target.storeBytes(of: turn.high, toByteOffset: 8, as: UInt64.self)
        target.storeBytes(of: turn.low, toByteOffset: 16, as: UInt64.self)
        target.storeBytes(of: kind, toByteOffset: 24, as: UInt8.self)
        payload.withUnsafeBytes {
            target.advanced(by: Self.headerSize).copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(target), byteCount: $0.count)
        }
        // Last: a record counts from the moment that its length is there.
        target.storeBytes(of: UInt32(size), as: UInt32.self)
    }

    /// Reads the record at the start of `bytes`; nil where none stands, or one that is not whole.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.headerSize else { return nil }
        let size = Int(bytes.loadUnaligned(as: UInt32.self))
        guard size >= Self.headerSize, size <= bytes.count else { return nil }
        turn = UUIDv7(
            high: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self), low: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
        kind = bytes[24]
        payload = Array(bytes[Self.headerSize..<size])
        guard bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self) == checksum else { return nil }
    }

    var event: TurnEvent? {
        switch Kind(rawValue: kind) {
        case .delta: .delta(String(decoding: payload, as: UTF8.self))
        case .citation: (try? decodeJSON(Citation.self, from: payload)).map(TurnEvent.citation)  // reason: the checksum held
        case .chunk: (try? JSONParser.parse(payload)).map(TurnEvent.chunk)  // reason: the checksum held
        case nil: nil
        }
    }

    /// FNV-1a over eight bytes at a time: finds a record that was cut off, which is all it is for.
    private var checksum: UInt32 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func mix(_ word: UInt64) { hash = (hash ^ word) &* 0x100_0000_01b3 }
        mix(turn.high)
        mix(turn.low)
        mix(UInt64(kind))
        payload.withUnsafeBytes { bytes in
            var offset = 0
            while offset + 8 <= bytes.count {
                mix(bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                offset += 8
            }
            while offset < bytes.count {
                mix(UInt64(bytes[offset]))
                offset += 1
            }
        }
        return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
    }
}
