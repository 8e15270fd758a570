import Foundation
import TestSupport
import Testing

@testable import Access

struct Base64URLTests {
    @Test func itIsFoundationsWithoutPadding() {
        var random = SeededRandom(seed: 1)
        for length in 0..<100 {
            let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            let expected = Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
            #expect(Base64URL.encode(bytes) == expected)
            #expect(Base64URL.decode(expected.utf8) == bytes)
        }
    }

    /// One text for one value: otherwise two texts would be the same token.
    @Test(arguments: ["A", "AAAAA", "AB", "AAB", "AA==", "AA=", "+A", "/A", "A A", "AA\n", "é", "AA\u{0}"])
    func whatItWouldNotWriteIsNotRead(_ text: String) { #expect(Base64URL.decode(text.utf8) == nil) }
}
