import DocumentText

extension Problem {
    /// A file of no format that is read.
    static func unreadable(_ filename: String?, declared: String?) -> Problem {
        let name = filename.map { String($0.split(separator: "/").last ?? "").prefix(80) } ?? "The file"
        if isOldOffice(filename, declared) { return .unsupportedType("\(name) is of an old Office format: save it as DOCX, XLSX or PPTX.") }
        let known = DocumentFormat.allCases.flatMap(\.commonNames)
        return .unsupportedType("\(name) cannot be read. Send \(known.dropLast().joined(separator: ", ")) or \(known.last ?? "").")
    }

    private static let oldOfficeTypes: Set<Substring> = [
        "application/msword", "application/vnd.ms-word", "application/vnd.ms-excel", "application/vnd.ms-powerpoint",
    ]
    private static let oldOfficeEndings: Set<String> = ["doc", "dot", "xls", "xlt", "ppt", "pps", "pot"]

    private static func isOldOffice(_ filename: String?, _ declared: String?) -> Bool {
        if let type = declared?.lowercased().split(separator: ";").first, oldOfficeTypes.contains(type) { return true }
        return filename?.split(separator: ".").last.map { oldOfficeEndings.contains($0.lowercased()) } ?? false
    }
}

extension DocumentFormat {
    /// As people call it, and what else is read as it.
    fileprivate var commonNames: [String] {
        switch self {
        case .text: ["plain text"]
        case .markdown: ["Markdown"]
        case .csv: ["CSV", "TSV"]
        case .email: ["EML", "MHT"]
        default: [rawValue.uppercased()]
        }
    }
}
