import JSON

/// The sources of an answer that its markers name, for a terminal: each with its place, its best quote, and what the check of citations found.
struct CitedSources {
    /// As the API gives them.
    let sources: [JSONValue]
    let citations: [JSONValue]

    /// Characters of a quote that are shown.
    private static let quoteLimit = 400

    /// Without control characters.
    var lines: [String] {
        var lines: [String] = []
        for source in sources {
            let own = citations.filter { $0["number"]?.int != nil && $0["number"]?.int == source["number"]?.int }
            guard !own.isEmpty else { continue }
            let quote = own.filter { $0["quote"]?["text"] != nil }.max { ($0["support"]?.double ?? 0) < ($1["support"]?.double ?? 0) }?["quote"]
            lines.append(Self.heading(source, page: quote?["page"]?.int) + Self.mark(own))
            if let quote = quote?["text"]?.string { lines.append("    “\(Self.shortened(quote))”") }
        }
        let bare = citations.count { $0["number"]?.int == nil }
        if bare > 0 { lines.append(bare == 1 ? "One sentence is supported by no source." : "\(bare) sentences are supported by no source.") }
        return lines
    }

    /// Its number, title, section and page.
    /// - Parameter page: where the quote stands; nil for where the passage begins.
    static func heading(_ source: JSONValue, page: Int? = nil) -> String {
        let section = source["section_heading"]?.string.map { " — \($0)" } ?? ""
        let place = (page ?? source["page"]?.int).map { ", page \($0)" } ?? ""
        return Output.printable("[\(source["number"]?.int ?? 0)] \(source["title"]?.string ?? "")\(section)\(place)")
    }

    /// Empty where all of a source's citations are verified as they were written.
    private static func mark(_ citations: [JSONValue]) -> String {
        var marks: [String] = []
        let unverified = citations.count { $0["status"]?.string == "unverified" }
        let repaired = citations.filter { $0["status"]?.string == "repaired" }
        if unverified > 0 {
            marks.append(unverified == citations.count ? "unverified" : "\(unverified) of its \(citations.count) citations unverified")
        }
        if !repaired.isEmpty {
            let written = Set(repaired.compactMap { $0["cited_number"]?.int }).sorted().map { "[\($0)]" }
            marks.append("repaired: the answer named \(written.joined(separator: ", "))")
        }
        return marks.isEmpty ? "" : " (\(marks.joined(separator: "; ")))"
    }

    /// On one line.
    private static func shortened(_ quote: String) -> String {
        let line = Output.printable(quote.split(whereSeparator: \.isWhitespace).joined(separator: " "))
        return line.count <= quoteLimit ? line : line.prefix(quoteLimit) + "…"
    }
}
