import Access
import Foundation
import Testing

/// What a key looks like, and what of it is kept.
struct KeySecretTests {
    /// The 32 bytes in a key's text, read by Foundation's base64.
    private func bytes(of text: String) -> Data? {
        guard text.hasPrefix("lq_") else { return nil }
        return Data(base64Encoded: text.dropFirst(3).replacing("-", with: "+").replacing("_", with: "/") + "=")
    }

    @Test func aKeyIsThePrefixAnd256Bits() throws {
        for _ in 0..<200 {
            let text = KeySecret().text
            #expect(text.utf8.count == 46)
            #expect(text.wholeMatch(of: /lq_[A-Za-z0-9_-]{43}/) != nil)
            #expect(bytes(of: text)?.count == 32)
        }
    }

    @Test func everyBitOfAKeyIsChance() throws {
        let keys = try (0..<256).map { _ in try #require(bytes(of: KeySecret().text)) }
        #expect(Set(keys).count == keys.count)
        // A bit that stood still over 256 keys would do so by chance once in 2^248 runs.
        for bit in 0..<256 { #expect(Set(keys.map { $0[bit / 8] >> UInt8(bit % 8) & 1 }).count == 2, "bit \(bit)") }
    }

    @Test func theDigestIsSHA256OfTheText() {
        // printf lq_AAAA… | sha256sum
        let text = "lq_" + String(repeating: "A", count: 43)
        let hex = KeyDigest(of: text).bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(hex == "b0b76fb4f46303fbfe402e4011ae0d42c697881d9ae4a0e90845ca283a28d3e5")
        let secret = KeySecret()
        #expect(secret.digest == KeyDigest(of: secret.text))
    }

    @Test func everyCharacterCounts() {
        let text = Array(KeySecret().text.utf8)
        var digests: Set<KeyDigest> = [KeyDigest(of: String(decoding: text, as: UTF8.self))]
        for index in text.indices {
            var changed = text
            changed[index] = changed[index] == 65 ? 66 : 65
            digests.insert(KeyDigest(of: String(decoding: changed, as: UTF8.self)))
        }
        #expect(digests.count == 47)
    }
}
