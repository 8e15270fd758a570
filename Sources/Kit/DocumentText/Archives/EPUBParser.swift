/// E-books (EPUB 2 and 3): the chapters in reading order, each HTML.
enum EPUBParser {
    private static let chapterLimit = 5_000

    static func parse(_ bytes: [UInt8], limits: DocumentParser.Limits) throws(DocumentError) -> ParsedDocument {
        let endings = [".xml", ".opf", ".html", ".htm", ".xhtml"]
        let archive = try ZipArchive(bytes, format: .epub, limit: limits.unpackedBytes) { name in
            endings.contains { name.lowercased().hasSuffix($0) }
        }
        var container = Container()
        try XMLReading.read(try archive.part("META-INF/container.xml"), format: .epub, into: &container)
        guard let path = container.path else { throw .broken(.epub, "it does not say where its contents are listed") }
        var package = Package()
        try XMLReading.read(try archive.part(path), format: .epub, into: &package)
        if let rights = archive["META-INF/encryption.xml"] {
            var locked = LockedFiles()
            try XMLReading.read(rights, format: .epub, into: &locked)
            guard locked.names.allSatisfy({ archive[$0] == nil }) else { throw .encrypted(.epub) }
        }
        var builder = DocumentBuilder()
        guard package.spine.count <= chapterLimit else { throw .broken(.epub, "it has more than \(chapterLimit) chapters") }
        for id in package.spine {
            // Pictures may be pages of their own.
            guard let name = package.files[id].map({ ZipArchive.resolve($0, from: path) }), let chapter = archive[name] else { continue }
            let text = try TextDecoding.decode(chapter, declared: MarkupEncoding.declared(in: chapter))
            _ = try HTMLParser.add(text, to: &builder)
        }
        return try builder.document(title: PackageTitle.read(archive, format: .epub, part: path))
    }

    private struct Container: XMLVisitor {
        var path: String?

        mutating func open(_ element: XMLElement) -> Bool {
            if element.name.hasSuffix("rootfile"), path == nil { path = element["full-path"] }
            return true
        }

        mutating func close(_ name: String) {}
        mutating func text(_ text: String) {}
    }

    private struct Package: XMLVisitor {
        var files: [String: String] = [:]
        var spine: [String] = []

        mutating func open(_ element: XMLElement) -> Bool {
            if element.name == "opf:item", let id = element["id"], let path = element["href"] { files[id] = path.removingPercentEscapes() }
            if element.name == "opf:itemref", let id = element["idref"] { spine.append(id) }
            return true
        }

        mutating func close(_ name: String) {}
        mutating func text(_ text: String) {}
    }

    /// Fonts are often scrambled; books that are locked have their chapters among these.
    private struct LockedFiles: XMLVisitor {
        var names: [String] = []

        mutating func open(_ element: XMLElement) -> Bool {
            if element.name.hasSuffix("CipherReference"), let name = element["URI"] { names.append(name.removingPercentEscapes()) }
            return true
        }

        mutating func close(_ name: String) {}
        mutating func text(_ text: String) {}
    }
}

extension String {
    /// With `%41` read as the byte that it stands for.
    func removingPercentEscapes() -> String {
        guard contains("%") else { return self }
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
