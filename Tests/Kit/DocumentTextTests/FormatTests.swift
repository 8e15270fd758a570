import Testing

@testable import DocumentText

/// What a file is: by its bytes, then by what is said of it.
struct FormatTests {
    private func detect(_ bytes: [UInt8], _ declared: String?, _ name: String?) -> DocumentFormat? {
        DocumentFormat.detect(FileSample(bytes), declared: declared, filename: name)
    }

    @Test func bytesHaveTheFirstWord() throws {
        let docx = try OfficeMaking.docx(body: OfficeMaking.paragraph("x"))
        #expect(detect(docx, "application/pdf", "paper.pdf") == .docx)
        #expect(detect(docx, nil, nil) == .docx)
        #expect(detect(try OfficeMaking.pptx(), "application/octet-stream", "x.bin") == .pptx)
        #expect(detect(try OfficeMaking.openDocument("", type: "spreadsheet"), nil, "x.zip") == .ods)
        #expect(detect(try OfficeMaking.epub(chapters: []), "application/zip", nil) == .epub)
        #expect(detect(Array("{\\rtf1 x}".utf8), "application/msword", "x.doc") == .rtf)
        #expect(detect(Array("%PDF-1.7\n%\u{0}".utf8), "text/plain", "x.txt") == .pdf)
        #expect(detect(Array("<!DOCTYPE html><p>".utf8), "application/octet-stream", "page") == .html)
    }

    @Test func thenWhatIsDeclaredThenTheName() {
        let words = Array("words, more words".utf8)
        #expect(detect(words, "text/csv", "x.txt") == .csv)
        #expect(detect(words, "text/plain", "x.md") == .markdown)
        #expect(detect(words, "text/plain; charset=utf-8", nil) == .text)
        #expect(detect(words, nil, "a/b.JSON") == .json)
        #expect(detect(words, nil, "README") == .text)
        for name in ["compose.YAML", "main.swift", "app.py", "feed.xml", "rows.jsonl"] {
            #expect(detect(words, "application/octet-stream", name) == .text)
        }
        #expect(detect(words, "application/x-yaml", "compose.yml") == .text)
        // A file that only claims to be one is its reader's to refuse.
        #expect(detect(words, "application/pdf", "x.pdf") == .pdf)
    }

    @Test func whatNobodyReads() throws {
        #expect(detect([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 50), "application/x-executable", "program") == nil)
        #expect(detect([0x4d, 0x5a, 0x90, 0] + [UInt8](repeating: 0, count: 50), "application/octet-stream", "program.exe") == nil)
        #expect(detect(try ArchiveMaking.zip([("a.txt", "x")]), "application/zip", "a.zip") == nil)
        #expect(detect([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], "application/msword", "x.doc") == nil)
    }

    @Test func reportsComeBackAsTheyWere() throws {
        let document = ParsedDocument(
            title: "T🍊", text: "Head\n\na: 1\n\ncode é",
            blocks: [
                .init(kind: .heading(level: 3), start: 0, end: 4, page: 1), .init(kind: .record, start: 6, end: 10, page: 2),
                .init(kind: .code, start: 12, end: 18),
            ], pageCount: 2)
        let bytes = ReadingReport.encode(.success(document))
        #expect(ReadingReport.decode(bytes) == .success(document))
        let error = DocumentError(code: "broken_document", message: "Broken.")
        #expect(ReadingReport.decode(ReadingReport.encode(.failure(error))) == .failure(error))
        for count in 0..<bytes.count { #expect(ReadingReport.decode(Array(bytes.prefix(count))) == nil) }
    }

    @Test func reportsThatLieAreNone() {
        let outside = ParsedDocument(title: nil, text: "ab", blocks: [.init(kind: .paragraph, start: 0, end: 9)])
        let backwards = ParsedDocument(title: nil, text: "abcdef", blocks: [.init(kind: .paragraph, start: 4, end: 2)])
        let noPage = ParsedDocument(title: nil, text: "ab", blocks: [.init(kind: .paragraph, start: 0, end: 2, page: 7)], pageCount: 1)
        for document in [outside, backwards, noPage] { #expect(ReadingReport.decode(ReadingReport.encode(.success(document))) == nil) }
        #expect(ReadingReport.decode(Array("LQ1D".utf8) + [UInt8](repeating: 0xff, count: 12)) == nil)
    }
}
