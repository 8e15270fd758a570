extension DocumentFormat {
    /// The format of a file: by its bytes first, then by what was declared where that is specific, then by its name. Nil where no reader
    /// takes it. A file that only claims a format is given that one, whose reader says what is wrong with it.
    /// - Parameter declared: a media type, with parameters or without.
    public static func detect(_ sample: FileSample, declared: String?, filename: String?) -> DocumentFormat? {
        let claimed = claimed(declared: declared, filename: filename)
        switch sample.signature {
        case .format(.html): return claimed == .markdown || claimed == .email || claimed == .text ? claimed : .html
        // Markdown about PDF is not PDF.
        case .format(let format): return sample.looksLikeText && claimed?.isPlain == true && format == .pdf ? claimed : format
        case .compound(let isEncrypted): return claimed ?? (isEncrypted ? .docx : nil)
        case .otherZip: return claimed
        case .none: break
        }
        if let claimed { return claimed }
        let base = base(of: declared)
        let isText = base == nil || base?.hasPrefix("text/") == true || base == "application/octet-stream"
        let hasEnding = filename?.split(separator: "/").last?.contains(".") == true
        return isText && sample.looksLikeText && (base?.hasPrefix("text/") == true || !hasEnding) ? .text : nil
    }

    /// What is said of a file: as declared where that is specific, else by its name's ending.
    public static func claimed(declared: String?, filename: String?) -> DocumentFormat? {
        let declared = base(of: declared).flatMap { DocumentFormat(mediaType: $0) }
        if let declared, declared != .text { return declared }
        return filename.flatMap { DocumentFormat(filename: $0) } ?? declared
    }

    private static func base(of type: String?) -> String? { type?.split(separator: ";").first.map { $0.trimmed().lowercased() } }
}
