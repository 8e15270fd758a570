import CChildProcess
import ChildProcesses

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// PDF by poppler's `pdftotext`, a program of its own: its licence is its own, and so is its memory. It gets this process's limits.
enum PDFParser {
    private static let program = "pdftotext"
    /// UTF-8 takes four bytes a scalar at the most.
    private static let outputLimit = DocumentBuilder.textLimit * 4

    static func parse(_ bytes: [UInt8], limits: DocumentParser.Limits) throws(DocumentError) -> ParsedDocument {
        guard FileSample(bytes).signature == .format(.pdf) else { throw .broken(.pdf, "it does not begin as one") }
        let file = bytes.withUnsafeBytes { child_memory_file($0.baseAddress, $0.count) }
        guard file >= 0 else { throw .outOfMemory }
        defer { close(file) }
        let child = ChildProcess(
            program: program, arguments: ["-enc", "UTF-8", "-eol", "unix", "/dev/stdin", "-"],
            environment: ["PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8"], ownsGroup: false)
        let ending: ChildProcess.Ending
        do throws(ChildProcess.StartFailure) {
            ending = try child.run(input: file, outputLimit: outputLimit, timeLimit: .seconds(limits.seconds))
        } catch {
            throw error.isMissing ? missing : .outOfMemory
        }
        try check(ending)
        return try document(String(decoding: ending.output, as: UTF8.self))
    }

    private static let missing = DocumentError(
        code: "reader_missing", message: "PDF files are not read here: the server has no pdftotext (Debian: poppler-utils). Ask who runs it.")

    private static func check(_ ending: ChildProcess.Ending) throws(DocumentError) {
        let complaints = ending.complaints.lowercased()
        switch ending.cause {
        case .exited(0): return
        case .ranTooLong, .stopped, .killed(signal: SIGXCPU): throw .tookTooLong
        case .wroteTooMuch: throw .tooMuchText
        case .exited, .killed:
            if complaints.contains("password") { throw .encrypted(.pdf) }
            if complaints.contains("out of memory") || complaints.contains("bad_alloc") { throw .outOfMemory }
            throw .broken(.pdf, "its pages cannot be found")
        }
    }

    /// Pages end with a form feed, paragraphs with an empty line.
    private static func document(_ text: String) throws(DocumentError) -> ParsedDocument {
        var builder = DocumentBuilder()
        var pages = text.split(separator: "\u{0c}", omittingEmptySubsequences: false)
        if pages.last?.isEmpty == true { pages.removeLast() }
        for (index, page) in pages.enumerated() {
            builder.page = index + 1
            var lines: [Substring] = []
            for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
                if line.allSatisfy(\.isWhitespace) {
                    add(lines, to: &builder)
                    lines = []
                } else {
                    lines.append(line)
                }
            }
            add(lines, to: &builder)
        }
        if builder.blocks.isEmpty, !builder.isOverfull { throw .noText }
        return try builder.document(title: nil, pageCount: pages.count)
    }

    /// Lines that no empty one sets apart: a paragraph, or headings with what stands right below them.
    private static func add(_ lines: [Substring], to builder: inout DocumentBuilder) {
        var start = 0
        for place in lines.indices.dropLast() {
            guard let level = PDFHeading.level(of: lines[place], between: place > start ? lines[place - 1] : nil, and: lines[place + 1]) else {
                continue
            }
            addBlock(lines[start..<place], to: &builder)
            builder.add(.heading(level: level), String(lines[place]))
            start = place + 1
        }
        addBlock(lines[start...], to: &builder)
    }

    private static func addBlock(_ lines: ArraySlice<Substring>, to builder: inout DocumentBuilder) {
        guard let first = lines.first else { return }
        if lines.count == 1, let level = PDFHeading.level(of: String(first)) {
            builder.add(.heading(level: level), String(first))
        } else {
            builder.add(isListItem(first) ? .listItem : .paragraph, lines.joined(separator: "\n"))
        }
    }

    private static func isListItem(_ line: Substring) -> Bool {
        let start = line.drop { $0.isWhitespace }
        return "•‣◦▪–●○■".contains(start.prefix(1)) && start.dropFirst().first == " "
    }
}

/// Headings in text that has lost its sizes: a line of its own that begins with a section's number and a capital.
enum PDFHeading {
    private static let longest = 100
    /// Of one that no empty line sets apart.
    private static let longestAbove = 60
    private static let deepest = 4

    /// Of a line that is a heading of the text right below it, not a part of a sentence or an item beside others.
    static func level(of line: Substring, between before: Substring?, and after: Substring) -> Int? {
        guard line.count <= longestAbove, let level = level(of: String(line)) else { return nil }
        let below = after.drop { $0.isWhitespace }
        guard below.first?.isUppercase == true, below.count > line.count else { return nil }
        guard let before, !".!?:".contains(before.suffix(1)) else { return level }
        // A short line before is a title, a long one goes on here.
        return before.count < line.count * 2 && before.count < below.count / 2 ? level : nil
    }

    /// Nil where the line is none.
    static func level(of line: String) -> Int? {
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        guard line.count <= longest, words.count > 1, let number = words.first, let word = words.dropFirst().first else { return nil }
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        let isNumbered =
            (1...deepest + 1).contains(parts.count)
            && parts.enumerated().allSatisfy { index, part in
                part.isEmpty ? index > 0 && index == parts.count - 1 : part.count <= 2 && part.allSatisfy { $0.isASCII && $0.isNumber }
            }
        guard isNumbered, word.first?.isUppercase == true, word.count > 1, line.last != ".", line.last != ";" else { return nil }
        return min(deepest, parts.filter { !$0.isEmpty }.count)
    }
}
