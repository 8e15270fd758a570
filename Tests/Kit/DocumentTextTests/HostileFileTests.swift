import TestSupport
import Testing

@testable import DocumentText

/// Files that mean harm are refused with a reason, and damaged ones never crash a reader.
struct HostileFileTests {
    private func code(_ bytes: [UInt8], _ format: DocumentFormat, unpacked: Int = 8 << 20) -> String? {
        do throws(DocumentError) {
            _ = try DocumentParser.parse(bytes, format: format, limits: DocumentParser.Limits(unpackedBytes: unpacked, seconds: 20))
            return nil
        } catch {
            #expect(error.message.hasSuffix(".") && error.message.count > 20)
            return error.code
        }
    }

    @Test func aBombStopsAtTheLimit() throws {
        let zeros = [UInt8](repeating: 0x20, count: 9 << 20)
        let bytes = try ArchiveMaking.zip([(name: "word/document.xml", bytes: zeros)])
        #expect(bytes.count < 100_000)
        #expect(code(bytes, .docx) == "too_large_unpacked")
        // In many entries, none of which is too large.
        let parts = (0..<10).map { (name: "word/part\($0).xml", bytes: Array(zeros.prefix(1 << 20))) }
        #expect(code(try ArchiveMaking.zip(parts), .docx) == "too_large_unpacked")
    }

    @Test func archivesWithinArchivesAreNotOpened() throws {
        let inner = try ArchiveMaking.zip([(name: "word/document.xml", bytes: [UInt8](repeating: 0x20, count: 9 << 20))])
        #expect(code(try ArchiveMaking.zip([(name: "word/inner.zip", bytes: inner)]), .docx) == "broken_document")
    }

    @Test func namesThatLeadElsewhereLeadNowhere() throws {
        let body = OfficeMaking.paragraph("safe")
        let bytes = try OfficeMaking.docx(body: body, more: [("../../../tmp/evil.xml", "<x/>"), ("/etc/evil.xml", "<x/>")])
        #expect(try DocumentParser.parse(bytes, format: .docx).text.hasPrefix("safe"))
    }

    @Test(arguments: [
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE x [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY e \"&c;&c;&c;&c;&c;\">]>",
        "<!DOCTYPE x [<!ENTITY % r SYSTEM \"http://127.0.0.1:9/x.dtd\"> %r; ]>",
    ])
    func entitiesAreNotRead(prolog: String) throws {
        #expect(code(try OfficeMaking.docx(body: OfficeMaking.paragraph("a&e;b"), prolog: prolog), .docx) == "broken_document")
    }

    @Test func deepNestingIsRefused() throws {
        let deep = String(repeating: "<w:tbl><w:tr><w:tc>", count: 200)
        #expect(["nested_too_deeply", "broken_document"].contains(code(try OfficeMaking.docx(body: deep), .docx)))
        #expect(code(Array((String(repeating: "{\\rtf1 ", count: 5_000)).utf8), .rtf) == "nested_too_deeply")
        let mail = (0..<50).reduce("text") { inner, _ in "Content-Type: message/rfc822\n\n\(inner)" }
        #expect(code(Array(mail.utf8), .email) == "nested_too_deeply")
        #expect(code(Array(String(repeating: "<div>", count: 5_000).utf8), .html) == "nested_too_deeply")
    }

    @Test func millionsOfCellsAreRefused() throws {
        let row = "<row>" + String(repeating: "<c><v>1</v></c>", count: 16_000) + "</row>"
        #expect(code(try OfficeMaking.xlsx(sheet: String(repeating: row, count: 130)), .xlsx, unpacked: 64 << 20) == "too_many_cells")
        // One cell a row, far to the right.
        let far = String(repeating: "<row><c r=\"XFD1\"><v>1</v></c></row>", count: 130)
        #expect(code(try OfficeMaking.xlsx(sheet: far), .xlsx) == "too_many_cells")
        // In one line.
        #expect(code(Array(String(repeating: "a,", count: 2_000_000).utf8), .csv) == "too_many_cells")
    }

    @Test func lockedFilesAskForTheirPassword() throws {
        let locked = try ArchiveMaking.zip([(name: "word/document.xml", bytes: Array("<x/>".utf8))], password: "secret")
        #expect(code(locked, .docx) == "encrypted_document")
        let odt = try OfficeMaking.openDocument("", manifest: "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>")
        #expect(code(odt, .odt) == "encrypted_document")
        let compound: [UInt8] = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]
        let wide: [UInt8] = "EncryptedPackage".utf8.flatMap { [$0, UInt8(0)] }
        #expect(code(compound + wide, .docx) == "encrypted_document")
        #expect(code(compound + [UInt8](repeating: 0, count: 600), .docx) == "old_office_format")
        let chapter = ("a.xhtml", "<p>x</p>")
        let rights = "<encryption><EncryptedData><CipherReference URI=\"OPS/a.xhtml\"/></EncryptedData></encryption>"
        #expect(code(try OfficeMaking.epub(chapters: [chapter], more: [("META-INF/encryption.xml", rights)]), .epub) == "encrypted_document")
    }

    @Test(arguments: DocumentFormat.allCases)
    func nothingAndWhiteSpaceHaveNoText(format: DocumentFormat) {
        #expect(code([], format) == "empty_document")
        #expect(code(Array(" \n\t \n".utf8), format) != nil)
    }

    private static func samples() throws -> [(DocumentFormat, [UInt8])] {
        [
            (.docx, try OfficeMaking.docx(body: OfficeMaking.paragraph("Some words of text"))),
            (.xlsx, try OfficeMaking.xlsx(sheet: "<row><c t=\"s\"><v>0</v></c><c><v>2.5</v></c></row>", strings: ["words"])),
            (.pptx, try OfficeMaking.pptx()), (.odt, try OfficeMaking.openDocument("<office:text><text:p>words</text:p></office:text>")),
            (.epub, try OfficeMaking.epub(chapters: [("a.xhtml", "<p>some words</p>")])), (.rtf, Array(RichTextTests.sample.utf8)),
            (.email, Array(MailTests.sample.utf8)), (.html, Array("<meta charset=koi8-r><table><tr><td>a<td>b</table><ul><li>c".utf8)),
        ]
    }

    /// Whatever is cut off: an answer, no crash. Of an archive nothing is left without its end.
    @Test func filesThatAreCutShort() throws {
        for (format, bytes) in try Self.samples() {
            for step in 1..<50 {
                let found = code(Array(bytes.prefix(bytes.count * step / 50)), format)
                if bytes.starts(with: [0x50, 0x4b]) { #expect(found != nil, "\(format) cut at \(step)/50 was read") }
            }
        }
    }

    @Test func filesWithFlippedBits() throws {
        let seed: UInt64 = 20_261_121
        var random = SeededRandom(seed: seed)
        for (format, bytes) in try Self.samples() {
            for _ in 0..<60 {
                var broken = bytes
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    broken[Int.random(in: broken.indices, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
                }
                // An answer within the limits is all that is asked; a crash would end the tests (seed above).
                _ = code(broken, format)
            }
        }
    }
}
