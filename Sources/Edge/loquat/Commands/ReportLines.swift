import JSON

/// What the store says of itself, for people.
enum ReportLines {
    /// - Parameter report: `sessions`, `events`, `checkpoints` and `problems`.
    static func verification(_ report: JSONValue) -> [String] {
        let problems = report["problems"]?.array ?? []
        let counts = "\(report["sessions"]?.int ?? 0) sessions, \(report["events"]?.int ?? 0) events, \(report["checkpoints"]?.int ?? 0) checkpoints"
        return problems.map(line) + [problems.isEmpty ? "The log is whole: \(counts)." : "\(problems.count) problems in \(counts)."]
    }

    /// - Parameter report: `sessions`, `turns`, `differing` and `damaged`.
    static func rebuild(_ report: JSONValue, repaired: Bool) -> [String] {
        let differing = report["differing"]?.array ?? []
        let counts = "\(report["sessions"]?.int ?? 0) sessions, \(report["turns"]?.int ?? 0) turns"
        let damaged = report["damaged"]?.array ?? []
        let told = differing.map { "session \($0.string ?? ""): the rows differ from the log" } + damaged.map(line)
        if told.isEmpty { return ["The projections equal the log: \(counts)."] }
        var sums: [String] = []
        if !differing.isEmpty { sums.append("\(differing.count) sessions \(repaired ? "were folded anew" : "differ")") }
        if !damaged.isEmpty { sums.append("\(damaged.count) sessions are damaged and \(repaired ? "stay as they are" : "cannot be folded")") }
        return told + ["\(sums.joined(separator: ", ")), of \(counts)."]
    }

    private static func line(_ problem: JSONValue) -> String {
        let place = [problem["session_id"]?.string.map { "session \($0)" }, problem["seq"]?.int.map { "seq \($0)" }].compactMap { $0 }
        let reason = problem["reason"]?.string ?? ""
        return place.isEmpty ? reason : "\(place.joined(separator: " ")): \(reason)"
    }
}
