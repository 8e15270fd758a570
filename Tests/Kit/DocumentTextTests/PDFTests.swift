import Testing

@testable import DocumentText

/// PDF by pdftotext, which the project's list of packages has.
struct PDFTests {
    /// A file with a page for each of these lines of text.
    /// - Parameter leading: from line to line; little makes paragraphs of them.
    private func pdf(_ pages: [String], leading: Int = 200) -> [UInt8] {
        var objects = [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Count \(pages.count) /Kids [\(pages.indices.map { "\(4 + 2 * $0) 0 R" }.joined(separator: " "))] >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
        for (index, page) in pages.enumerated() {
            let lines = page.split(separator: "\n", omittingEmptySubsequences: false).map { "(\($0)) Tj 0 -\(leading) Td" }.joined(separator: "\n")
            let stream = page.isEmpty ? "" : "BT /F1 12 Tf 72 720 Td\n\(lines)\nET"
            objects.append(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents \(5 + 2 * index) 0 R /Resources << /Font << /F1 3 0 R >> >> >>")
            objects.append("<< /Length \(stream.utf8.count) >>\nstream\n\(stream)\nendstream")
        }
        var text = "%PDF-1.4\n"
        var offsets: [Int] = []
        for (index, object) in objects.enumerated() {
            offsets.append(text.utf8.count)
            text += "\(index + 1) 0 obj\n\(object)\nendobj\n"
        }
        let start = text.utf8.count
        let table = offsets.map { String(repeating: "0", count: 10 - String($0).count) + "\($0) 00000 n \n" }.joined()
        text +=
            "xref\n0 \(objects.count + 1)\n0000000000 65535 f \n\(table)trailer\n<< /Size \(objects.count + 1) /Root 1 0 R >>\nstartxref\n\(start)\n%%EOF\n"
        return Array(text.utf8)
    }

    @Test func pagesAndHeadingsAreKept() throws {
        let parsed = try DocumentParser.parse(pdf(["2.1 Care of Trees\nWater them often.", "", "The last page."]), format: .pdf)
        #expect(parsed.pageCount == 3)
        #expect(parsed.blocks.map(\.page) == [1, 1, 3])
        #expect(parsed.blocks.first?.kind == .heading(level: 2))
        #expect(parsed.text == "2.1 Care of Trees\n\nWater them often.\n\nThe last page.")
    }

    /// As browsers print pages.
    @Test(arguments: [
        ("4. Faults\nFault code E17 means that the oil is too hot.", true), ("4. Remove the four screws that hold the\nCover in its place.", false),
        ("1. Open the lid\n2. Press the button for a long time", false), ("1. Open the lid\nwith the key that came with it", false),
    ])
    func aHeadingMayStandRightAboveItsText(page: String, isHeading: Bool) throws {
        let parsed = try DocumentParser.parse(pdf([page], leading: 14), format: .pdf)
        #expect(parsed.blocks.map(\.kind).first == (isHeading ? .heading(level: 1) : .paragraph))
        #expect(parsed.text == (isHeading ? page.replacing("\n", with: "\n\n") : page))
    }

    @Test func picturesHaveNoText() {
        #expect(throws: DocumentError.noText) { try DocumentParser.parse(pdf(["", ""]), format: .pdf) }
    }

    @Test func whatIsNone() {
        for bytes in [Array("words".utf8), Array("%PDF-1.4\nnothing else".utf8)] {
            #expect {
                try DocumentParser.parse(bytes, format: .pdf)
            } throws: {
                ($0 as? DocumentError)?.code == "broken_document"
            }
        }
    }

    @Test(arguments: [
        ("1 Introduction", 1), ("2.1 Care of Trees", 2), ("3.1.4.1 Deep Down", 4), ("1. Overview", 1), ("2024 Was good", nil), ("1 apple a day", nil),
        ("3.5 Percent of all trees die.", nil), ("Introduction", nil), ("12.5 %", nil),
    ])
    func headingsByTheirNumbers(line: String, level: Int?) {
        #expect(PDFHeading.level(of: line) == level)
    }
}
