/// How the parts of an Office Open XML package point to each other.
struct PackageRelations {
    /// By id: where it leads, and the last word of what it is.
    private(set) var targets: [String: (path: String, kind: String)] = [:]

    /// Those of a part; none where the package has none for it. The package's own are those of the part "".
    init(of part: String, in archive: ZipArchive, format: DocumentFormat) throws(DocumentError) {
        let folder = part.split(separator: "/").dropLast().map { $0 + "/" }.joined()
        let name = part.split(separator: "/").last ?? ""
        guard let bytes = archive["\(folder)_rels/\(name).rels"] else { return }
        var visitor = Visitor(part: part)
        try XMLReading.read(bytes, format: format, into: &visitor)
        targets = visitor.targets
    }

    func first(_ kind: String) -> String? { targets.values.filter { $0.kind == kind }.map(\.path).min() }

    private struct Visitor: XMLVisitor {
        let part: String
        var targets: [String: (path: String, kind: String)] = [:]

        mutating func open(_ element: XMLElement) -> Bool {
            if element["TargetMode"] != "External", let id = element["Id"], let target = element["Target"], let type = element["Type"] {
                targets[id] = (ZipArchive.resolve(target, from: part), type.split(separator: "/").last.map(String.init) ?? "")
            }
            return true
        }

        mutating func close(_ name: String) {}
        mutating func text(_ text: String) {}
    }
}

/// What a package says of its document.
enum PackageTitle {
    /// Nil where it has none.
    static func read(_ archive: ZipArchive, format: DocumentFormat, part: String, element: String = "dc:title") -> String? {
        guard let bytes = archive[part] else { return nil }
        var visitor = Visitor(element: element)
        // reason: a document without a readable title is read without one
        try? XMLReading.read(bytes, format: format, into: &visitor)
        let title = visitor.title.collapsed()
        return title.isEmpty ? nil : title
    }

    private struct Visitor: XMLVisitor {
        let element: String
        var title = ""
        private var isInside = false
        private var isDone = false

        init(element: String) { self.element = element }

        mutating func open(_ element: XMLElement) -> Bool {
            if element.name == self.element, !isDone { isInside = true }
            return true
        }

        mutating func close(_ name: String) {
            guard name == element else { return }
            isInside = false
            isDone = true
        }

        mutating func text(_ text: String) { if isInside { title += text } }
    }
}
