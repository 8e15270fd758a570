import Testing

@testable import Access

struct DisplayNameTests {
    @Test(arguments: [
        "a", "Ana\u{301}", "شجرة\u{200f}", "👩\u{200d}👩\u{200d}👧", " trees ", "x\u{200b}", "\u{301}", "&#x202e;", "–",
    ])
    func isPossible(_ name: String) throws {
        #expect(DisplayName.isPossible(name))
        #expect(try DisplayName.checked(name, mayBeEmpty: false) == name)
    }

    @Test(arguments: [
        " ", "\u{a0}\u{3000}", "\u{200b}", "\u{200b}\u{feff}\u{2060}", "\u{ad}", "\u{3164}", "\u{fe0f}", "a\u{0}", "\u{0}", "a\nb", "\ta", "a\u{7f}",
        "a\u{9b}31m", "a\u{2028}b", "\u{202e}gpj.exe", "a\u{2066}b", "a\u{2069}",
    ])
    func isNotPossible(_ name: String) {
        #expect(!DisplayName.isPossible(name))
        #expect(throws: AccessError.invalid(field: "name", reason: DisplayName.message)) { try DisplayName.checked(name, mayBeEmpty: true) }
    }

    @Test func mayBeEmptyWhereItIsSaid() throws {
        #expect(try DisplayName.checked("", mayBeEmpty: true) == "")
        #expect(throws: AccessError.self) { try DisplayName.checked("", mayBeEmpty: false) }
        #expect(throws: AccessError.self) { try DisplayName.checked(String(repeating: "a", count: 201), mayBeEmpty: true) }
    }
}
