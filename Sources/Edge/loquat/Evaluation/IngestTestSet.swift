import Foundation

/// Documents to read in: files with the texts that are expected of them, or a corpus.
struct IngestTestSet: Sendable {
    struct File: Sendable {
        let name: String
        let path: String
        /// The file with what it should say; nil where nobody has said.
        let reference: String?
    }

    let files: [File]
    let documents: [RetrievalTestSet.Document]

    /// - Parameter directory: holds files, in folders or not, and in `reference/` a text for each that has one, under its name and `.txt`; or a
    ///   `corpus.jsonl`.
    init(directory: String) throws {
        if FileManager.default.fileExists(atPath: "\(directory)/corpus.jsonl") {
            documents = try RetrievalTestSet.documents(directory)
            files = []
            return
        }
        documents = []
        files = IngestFiles.find([directory]).filter { !$0.name.contains("/reference/") }.map { file in
            // Files of one name in two folders are two.
            let name = file.name.hasPrefix(directory + "/") ? String(file.name.dropFirst(directory.count + 1)) : file.name
            let reference = "\(directory)/reference/\(URL(fileURLWithPath: name).lastPathComponent).txt"
            return File(name: name, path: file.name, reference: FileManager.default.fileExists(atPath: reference) ? reference : nil)
        }
        guard !files.isEmpty else { throw CommandFailure("There are no files in \(directory).") }
    }
}
