import Foundation

/// What meanings are compared by.
struct EmbeddingSettings {
    static let modelName = "all-MiniLM-L6-v2"

    var modelsDirectory: String?

    /// The folders in which the model may lie, the first that has it counts: the one that is set, else beside the data, in the folder where
    /// the program was started, beside the program as it is installed, and above it as it is built.
    func candidates(dataDirectory: String) -> [String] {
        if let modelsDirectory { return ["\(modelsDirectory)/\(Self.modelName)"] }
        var folders = ["\(dataDirectory)/models", ".models"]
        var program = (Bundle.main.executablePath ?? "").split(separator: "/").dropLast()
        folders.append("/" + (program.dropLast() + ["share", "loquat", "models"]).joined(separator: "/"))
        while !program.isEmpty {
            folders.append("/" + (program + [".models"]).joined(separator: "/"))
            program = program.dropLast()
        }
        return folders.map { "\($0)/\(Self.modelName)" }
    }
}
