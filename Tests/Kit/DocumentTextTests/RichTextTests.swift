import Testing

@testable import DocumentText

/// RTF: code pages, Unicode, tables and what is not text.
struct RichTextTests {
    static let sample = """
        {\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Arial;}{\\f1\\fcharset204 Times;}}{\\stylesheet{\\s1 heading 1;}}{\\info{\\title The title}{\\author Nobody}}
        {\\pard\\s1 Heading\\par}\\pard caf\\'e9 {\\f1 \\'cf\\'f0\\'e8\\'e2\\'e5\\'f2} \\u8364? \\uc0\\u-10179 \\u-8704 \\{x\\}\\par
        {\\*\\unknown hidden}{\\v hidden too}{\\pict 010203}{\\field{\\*\\fldinst HYPERLINK "x"}{\\fldrslt link}}{\\footnote foot}\\par
        \\trowd\\intbl a\\cell b\\cell\\row\\pard after}
        """

    private func read(_ text: String) throws -> ParsedDocument { try DocumentParser.parse(Array(text.utf8), format: .rtf) }

    @Test func textInItsEncodings() throws {
        let parsed = try read(Self.sample)
        #expect(parsed.title == "The title")
        #expect(parsed.text == "Heading\n\ncafé Привет € 😀{x}\n\nlink\n\na; b\n\nafter\n\nfoot")
        #expect(parsed.blocks.map(\.kind) == [.heading(level: 1), .paragraph, .paragraph, .record, .paragraph, .paragraph])
    }

    @Test func charactersOfTwoBytesMayMixTheirForms() throws {
        #expect(try read("{\\rtf1\\ansi\\ansicpg932 \\'93\\'fa\\'96{\\'7b}}").text.unicodeScalars.first == "日")
        #expect(try read("{\\rtf1\\ansi\\ansicpg932 \\'93\\'fa\\'96\\'7b}").text == "日本")
    }

    @Test func whatClaimsToBeLongIsNot() throws {
        #expect(try read("{\\rtf1 a\\bin99999999999 b}").text == "a")
        #expect(try read("{\\rtf1\\u99999999999999999999? \\uc99999 a}").text.contains("a"))
    }
}
