import Foundation

/// The files that paths on the command line mean.
enum IngestFiles {
    struct File: Sendable {
        /// As it was found; also the document's file name.
        let name: String
        let isStandardInput: Bool

        var isReadable: Bool { isStandardInput || FileManager.default.isReadableFile(atPath: name) }

        func contents() throws -> [UInt8] {
            if isStandardInput { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
            return Array(try Data(contentsOf: URL(fileURLWithPath: name)))
        }
    }

    /// Files below folders whose names begin with a dot are passed over.
    static func find(_ paths: [String]) -> [File] {
        var files: [File] = []
        for path in paths {
            if path == "-" {
                files.append(File(name: "stdin.txt", isStandardInput: true))
                continue
            }
            // What is not there is told when it is read, and the rest goes on.
            let matches = expanded(path)
            files += matches.isEmpty ? [File(name: path, isStandardInput: false)] : matches.flatMap(below)
        }
        return files
    }

    private static func below(_ path: String) -> [File] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return [File(name: path, isStandardInput: false)]
        }
        let root = path.hasSuffix("/") ? String(path.dropLast()) : path
        var found: [String] = []
        guard let walk = FileManager.default.enumerator(atPath: root) else { return [] }
        for case let item as String in walk {
            if item.split(separator: "/").contains(where: { $0.hasPrefix(".") }) { continue }
            var isInner: ObjCBool = false
            if FileManager.default.fileExists(atPath: "\(root)/\(item)", isDirectory: &isInner), !isInner.boolValue {
                found.append("\(root)/\(item)")
            }
        }
        return found.sorted().map { File(name: $0, isStandardInput: false) }
    }

    private static func expanded(_ pattern: String) -> [String] {
        guard pattern.contains(where: { "*?[".contains($0) }), !FileManager.default.fileExists(atPath: pattern) else { return [pattern] }
        var result = glob_t()
        defer { globfree(&result) }
        guard glob(pattern, 0, nil, &result) == 0 else { return [] }
        return (0..<Int(result.gl_pathc)).compactMap { result.gl_pathv[$0].map { String(cString: $0) } }
    }
}
