/// The formats that are read.
public enum DocumentFormat: String, Sendable, CaseIterable {
    case text, markdown, html, csv, json, pdf, docx, pptx, xlsx, odt, odp, ods, epub, rtf, email

    /// The media type that documents of it are filed under.
    public var mediaType: String {
        switch self {
        case .text: "text/plain"
        case .markdown: "text/markdown"
        case .html: "text/html"
        case .csv: "text/csv"
        case .json: "application/json"
        case .pdf: "application/pdf"
        case .docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        case .pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation"
        case .xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        case .odt: "application/vnd.oasis.opendocument.text"
        case .odp: "application/vnd.oasis.opendocument.presentation"
        case .ods: "application/vnd.oasis.opendocument.spreadsheet"
        case .epub: "application/epub+zip"
        case .rtf: "application/rtf"
        case .email: "message/rfc822"
        }
    }

    /// As people call it.
    var name: String {
        switch self {
        case .text: "text"
        case .markdown: "Markdown"
        case .email: "e-mail"
        default: "\(rawValue.uppercased()) file"
        }
    }

    /// Whether it is read by code that can neither be made to take more than a multiple of the file's size nor overrun memory, so that it
    /// needs no process of its own.
    public var isPlain: Bool { [.text, .markdown, .csv, .json].contains(self) }

    /// Text that may come as a string of JSON.
    public static let textual: [DocumentFormat] = [.text, .markdown, .html, .csv, .json]
    public static let mediaTypes = allCases.map(\.mediaType)

    /// By a media type without its parameters, in lower case; nil for those that say nothing, such as `application/octet-stream`.
    public init?(mediaType: String) {
        switch mediaType {
        case "text/x-markdown": self = .markdown
        case "application/xhtml+xml": self = .html
        case "text/tab-separated-values", "application/csv": self = .csv
        case "text/json": self = .json
        case "text/rtf", "application/x-rtf", "text/richtext": self = .rtf
        case "application/x-pdf": self = .pdf
        case "message/global", "multipart/related": self = .email
        default:
            guard let format = Self.allCases.first(where: { $0.mediaType == mediaType }) else { return nil }
            self = format
        }
    }

    /// By the ending of a file's name.
    public init?(filename: String) {
        guard let dot = filename.lastIndex(of: ".") else { return nil }
        switch filename[filename.index(after: dot)...].lowercased() {
        case "md", "markdown", "mdown", "mkd": self = .markdown
        case "html", "htm", "xhtml": self = .html
        case "csv", "tsv", "tab": self = .csv
        case "json": self = .json
        case "pdf": self = .pdf
        case "docx", "docm", "dotx", "dotm": self = .docx
        case "pptx", "pptm", "ppsx", "ppsm", "potx": self = .pptx
        case "xlsx", "xlsm", "xltx": self = .xlsx
        case "odt", "ott": self = .odt
        case "odp", "otp": self = .odp
        case "ods", "ots": self = .ods
        case "epub": self = .epub
        case "rtf": self = .rtf
        case "eml", "mht", "mhtml": self = .email
        case let ending where Self.textEndings.contains(ending): self = .text
        default: return nil
        }
    }

    /// Text that a person writes, programs and settings among it.
    private static let textEndings: Set<String> = [
        "txt", "text", "log", "rst", "adoc", "asciidoc", "org", "tex", "srt", "vtt", "diff", "patch",
        "yaml", "yml", "toml", "ini", "cfg", "conf", "properties", "jsonl", "ndjson", "xml", "xsd", "proto", "graphql", "tf",
        "c", "h", "cc", "cpp", "hpp", "cs", "css", "scss", "dart", "erl", "ex", "exs", "go", "gradle", "hs", "java", "jl", "js", "jsx", "kt",
        "kts", "lua", "m", "mjs", "php", "pl", "ps1", "py", "r", "rb", "rs", "scala", "sh", "sql", "swift", "ts", "tsx", "vue", "zig",
    ]
}
