import Foundation
import TestSupport
import Testing
import TimeOrdered

struct UUIDv7Tests {
    private func randomIdentifiers(_ count: Int, seed: UInt64) -> [UUIDv7] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in
            let high = random.next()
            return UUIDv7(high: high, low: random.next())
        }
    }

    @Test func textRoundTrips() {
        for id in randomIdentifiers(2_000, seed: 1) {
            let text = id.description
            #expect(UUIDv7(text) == id)
            #expect(UUIDv7(text.uppercased()) == id)
            #expect(UUID(uuidString: text)?.uuidString.lowercased() == text)
        }
    }

    @Test func bytesRoundTrip() {
        for id in randomIdentifiers(500, seed: 2) {
            let bytes = id.bytes
            #expect(bytes.count == 16)
            #expect(UUIDv7(bytes: bytes) == id && UUIDv7(bytes: AnyCollection(bytes)) == id)
            let hexadecimal = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            #expect(hexadecimal == id.description.filter { $0 != "-" })
        }
    }

    @Test(arguments: [0, 1, 15, 17, 36])
    func otherCountsOfBytesAreRefused(count: Int) {
        #expect(UUIDv7(bytes: [UInt8](repeating: 7, count: count)) == nil)
    }

    /// The example of RFC 9562, appendix A.6.
    @Test func readsTheExampleOfTheStandard() throws {
        let id = try #require(UUIDv7("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"))
        #expect(id.high == 0x017f_22e2_79b0_7cc3)
        #expect(id.low == 0x98c4_dc0c_0c07_398f)
        #expect(id.timestamp == Timestamp(milliseconds: 1_645_557_742_000))
        #expect(id.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    }

    @Test func orderOfValuesTextsAndBytesIsTheSame() {
        let ids = randomIdentifiers(1_000, seed: 3).sorted()
        #expect(ids.map(\.description) == ids.map(\.description).sorted())
        for (earlier, later) in zip(ids, ids.dropFirst()) { #expect(earlier.bytes.lexicographicallyPrecedes(later.bytes)) }
        let low = UUIDv7(high: 1, low: 2)
        #expect(low < UUIDv7(high: 1, low: 3))
        #expect(low < UUIDv7(high: 2, low: 0))
        #expect(!(low < low))
    }

    @Test(arguments: [
        "", "-", "017f22e2", "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
        "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}", " 017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
        "017f22e2079b0-7cc3-98c4-dc0c0c07398f", "017f22e-279b0-7cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c0739é",
        "------------------------------------", "017f22e2-79b0-7cc3-98c4-dc0c0c07398\n", "+17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
    ])
    func badTextsAreRefused(text: String) {
        #expect(UUIDv7(text) == nil)
    }

    @Test func codesAsText() throws {
        let ids = randomIdentifiers(20, seed: 4)
        let data = try JSONEncoder().encode(ids)
        #expect(String(decoding: data, as: UTF8.self) == "[" + ids.map { "\"\($0)\"" }.joined(separator: ",") + "]")
        #expect(try JSONDecoder().decode([UUIDv7].self, from: data) == ids)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([UUIDv7].self, from: Data("[\"017f\"]".utf8)) }
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([UUIDv7].self, from: Data("[7]".utf8)) }
    }
}
