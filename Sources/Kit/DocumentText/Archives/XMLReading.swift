import CXML2

/// An element that begins.
struct XMLElement {
    /// With the prefix that its vocabulary usually has, whatever the file calls it: `w:p`, `text:h`.
    let name: String
    fileprivate let attributes: [(name: String, value: String)]

    /// By local name; those that point to relations begin with `r:`.
    subscript(name: String) -> String? { attributes.first { $0.name == name }?.value }

    func number(_ name: String) -> Int? { self[name].flatMap { Int($0) } }
}

/// Follows XML from its beginning to its end.
protocol XMLVisitor {
    /// False passes over the element with all that is in it; `close` is not called for it then.
    mutating func open(_ element: XMLElement) throws(DocumentError) -> Bool
    mutating func close(_ name: String) throws(DocumentError)
    mutating func text(_ text: String)
}

/// XML by libxml2's reader, piece by piece: no network, no files, no entities but XML's own five.
struct XMLReading {
    private let format: DocumentFormat
    /// By the namespace's address in the reader's memory, where each is kept once.
    private var prefixes: [UnsafePointer<UInt8>: String] = [:]

    /// - Throws: `broken_document`, and what the visitor throws.
    static func read(_ bytes: [UInt8], format: DocumentFormat, into visitor: inout some XMLVisitor) throws(DocumentError) {
        var reading = XMLReading(format: format)
        let options = XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue
        let result = bytes.withUnsafeBytes { memory in
            Result { () throws(DocumentError) in
                let start = memory.baseAddress?.assumingMemoryBound(to: CChar.self)
                guard let reader = xmlReaderForMemory(start, Int32(clamping: memory.count), nil, nil, Int32(options)) else {
                    throw .broken(format, "its XML cannot be read")
                }
                defer { xmlFreeTextReader(reader) }
                try reading.follow(reader, &visitor)
            }
        }
        try result.get()
    }

    private mutating func follow(_ reader: xmlTextReaderPtr, _ visitor: inout some XMLVisitor) throws(DocumentError) {
        var status = xmlTextReaderRead(reader)
        while status == 1 {
            var isPassedOver = false
            switch xmlTextReaderNodeType(reader) {
            case Int32(XML_READER_TYPE_ELEMENT.rawValue):
                let isEmpty = xmlTextReaderIsEmptyElement(reader) == 1
                let element = element(reader)
                if try !visitor.open(element) { isPassedOver = true } else if isEmpty { try visitor.close(element.name) }
            case Int32(XML_READER_TYPE_END_ELEMENT.rawValue): try visitor.close(name(reader))
            case Int32(XML_READER_TYPE_TEXT.rawValue), Int32(XML_READER_TYPE_CDATA.rawValue),
                Int32(XML_READER_TYPE_SIGNIFICANT_WHITESPACE.rawValue), Int32(XML_READER_TYPE_WHITESPACE.rawValue):
                if let value = xmlTextReaderConstValue(reader) { visitor.text(String(cString: value)) }
            // Documents have no entities of their own; those who declare some mean to blow it up or to reach files.
            case Int32(XML_READER_TYPE_ENTITY_REFERENCE.rawValue): throw .broken(format, "its XML uses entities")
            default: break
            }
            status = isPassedOver ? xmlTextReaderNext(reader) : xmlTextReaderRead(reader)
        }
        guard status == 0 else { throw .broken(format, "its XML is not well-formed") }
    }

    private mutating func element(_ reader: xmlTextReaderPtr) -> XMLElement {
        let name = name(reader)
        var attributes: [(name: String, value: String)] = []
        while xmlTextReaderMoveToNextAttribute(reader) == 1 {
            guard let local = xmlTextReaderConstLocalName(reader), let value = xmlTextReaderConstValue(reader) else { continue }
            let isRelation = prefix(reader) == "r"
            attributes.append(((isRelation ? "r:" : "") + String(cString: local), String(cString: value)))
        }
        _ = xmlTextReaderMoveToElement(reader)
        return XMLElement(name: name, attributes: attributes)
    }

    private mutating func name(_ reader: xmlTextReaderPtr) -> String {
        let local = xmlTextReaderConstLocalName(reader).map { String(cString: $0) } ?? ""
        let prefix = prefix(reader)
        return prefix.isEmpty ? local : "\(prefix):\(local)"
    }

    private mutating func prefix(_ reader: xmlTextReaderPtr) -> String {
        guard let namespace = xmlTextReaderConstNamespaceUri(reader) else { return "" }
        if let known = prefixes[namespace] { return known }
        let prefix = Self.usualPrefix(of: String(cString: namespace))
        prefixes[namespace] = prefix
        return prefix
    }

    private static func usualPrefix(of namespace: String) -> String {
        if namespace.hasPrefix("urn:oasis:names:tc:opendocument:xmlns:") {
            return namespace.split(separator: ":").dropFirst(6).first.map(String.init) ?? ""
        }
        let known = [
            ("wordprocessingml", "w"), ("presentationml", "p"), ("spreadsheetml", "x"), ("drawingml", "a"), ("markup-compatibility", "mc"),
            ("officeDocument/math", "m"), ("officeDocument/2006/math", "m"), ("officeDocument/relationships", "r"),
            ("officeDocument/2006/relationships", "r"), ("purl.org/dc/elements", "dc"), ("idpf.org/2007/opf", "opf"),
        ]
        return known.first { namespace.contains($0.0) }?.1 ?? ""
    }
}
