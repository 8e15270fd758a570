import Foundation
import Providers

/// What meanings are compared by.
struct EmbeddingSettings {
    static let modelName = "all-MiniLM-L6-v2"

    var endpoint: EmbeddingsEndpoint.Settings?
    /// Of the model in this process.
    var folder: String?
    var modelsDirectory: String?

    /// - Throws: `SettingsReader.Invalid`.
    init(_ reader: SettingsReader) throws {
        modelsDirectory = try reader.text(.modelsDirectory)
        let model = try reader.text(.embeddingsModel)
        guard let url = try reader.address(.embeddingsURL) else {
            folder = model
            return
        }
        guard let model else {
            throw SettingsReader.Invalid(
                setting: Setting.embeddingsModel.name, reason: "must name a model when \(Setting.embeddingsURL.name) is set")
        }
        endpoint = EmbeddingsEndpoint.Settings(baseURL: url, model: model, apiKey: try reader.text(.embeddingsKey))
    }

    /// The folder of the model in this process; nil where there is none and none is asked for. The first that has it counts: the one that is
    /// set, else beside the data, in the folder where the program was started, beside the program as it is installed, and above it as it is
    /// built.
    func localModel(dataDirectory: String) -> String? {
        if let folder { return folder }
        if let modelsDirectory { return "\(modelsDirectory)/\(Self.modelName)" }
        var folders = ["\(dataDirectory)/models", ".models"]
        var program = (Bundle.main.executablePath ?? "").split(separator: "/").dropLast()
        folders.append("/" + (program.dropLast() + ["share", "loquat", "models"]).joined(separator: "/"))
        while !program.isEmpty {
            folders.append("/" + (program + [".models"]).joined(separator: "/"))
            program = program.dropLast()
        }
        return folders.map { "\($0)/\(Self.modelName)" }.first { FileManager.default.fileExists(atPath: $0 + "/model.safetensors") }
    }
}
