import JSON

/// Shows documents as they are done.
struct IngestProgress {
    let total: Int
    let showsBar: Bool
    private(set) var done = 0
    private(set) var failed = 0
    private var replaced = 0
    private var unchanged = 0

    private static let width = 30

    init(total: Int, showsBar: Bool) {
        self.total = total
        self.showsBar = showsBar
    }

    /// - Parameter document: `file`, `status`, `title`, `outcome` and `error`.
    mutating func show(_ document: JSONValue) {
        done += 1
        let (isFailed, outcome) = (document["status"]?.string == "failed", document["outcome"]?.string)
        if isFailed { failed += 1 }
        if !isFailed, outcome == "replaced" { replaced += 1 }
        if !isFailed, outcome == "unchanged" { unchanged += 1 }
        guard showsBar else { return Output.line(document.text) }
        if isFailed {
            tell(document, document["error"]?["message"]?.string ?? "failed")
        } else if outcome == "replaced" {
            tell(document, "replaced the document of this name")
        }
        let filled = Self.width * done / max(1, total)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
        Output.progress("\r\u{1b}[K\(bar) \(done)/\(total) \(Output.printable(document["title"]?.string ?? ""))")
    }

    private func tell(_ document: JSONValue, _ what: String) {
        Output.progress("\r\u{1b}[K\(Output.printable("\(document["file"]?.string ?? ""): \(what)"))\n")
    }

    func end() {
        guard showsBar else { return }
        Output.progress("\r\u{1b}[K")
        let known = [(replaced, "replaced"), (unchanged, "unchanged")].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        let which = known.isEmpty ? "" : " (\(known.joined(separator: ", ")))"
        Output.line("\(done - failed) of \(total) documents are ready\(which).")
    }
}
