import Testing

@testable import LoquatServer

@Suite("What is told of a file that is not read")
struct UnreadableUploadTests {
    @Test("the formats have the names that people know them by")
    func formats() {
        #expect(
            Problem.unreadable("folder/picture.png", declared: "image/png").detail
                == "picture.png cannot be read. Send plain text, Markdown, HTML, CSV, TSV, JSON, PDF, DOCX, PPTX, XLSX, ODT, ODP, ODS, EPUB, "
                + "RTF, EML or MHT.")
    }

    @Test(
        "an old Office file is to be saved anew",
        arguments: [
            ("letter.doc", nil), ("SHEET.XLS", "application/octet-stream"), ("talk.ppt", nil), ("letter", "application/msword; x=y"),
            (nil, "application/vnd.ms-excel"),
        ] as [(String?, String?)])
    func oldOffice(filename: String?, declared: String?) {
        let detail = Problem.unreadable(filename, declared: declared).detail
        #expect(detail.hasPrefix(filename ?? "The file") && detail.hasSuffix("save it as DOCX, XLSX or PPTX."))
    }

    @Test("a long name does not bury the reason")
    func longName() {
        #expect(Problem.unreadable(String(repeating: "x", count: 1_000), declared: nil).detail.count < 250)
    }
}
