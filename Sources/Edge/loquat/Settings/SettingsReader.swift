import Configuration
import Foundation
import SystemPackage

/// Finds each setting's value and where it came from: the environment, a secret's file, the settings file, the default.
struct SettingsReader {
    struct Found {
        let value: String?
        let source: String
    }

    struct Invalid: Error, CustomStringConvertible {
        let setting: String
        let reason: String

        var description: String { "\(setting) \(reason)." }
    }

    private let environment: ConfigReader
    private let file: ConfigReader?
    private let path: String?

    /// - Parameter path: a JSON file with settings, such as `{"llm_url": "…"}`.
    init(file path: String?) async throws {
        environment = ConfigReader(provider: EnvironmentVariablesProvider())
        self.path = path
        if let path {
            do {
                file = ConfigReader(provider: try await FileProvider<JSONSnapshot>(filePath: FilePath(path)))
            } catch {
                throw Invalid(setting: "--config \(path)", reason: "could not be read as a JSON file of settings")
            }
        } else {
            file = nil
        }
    }

    func find(_ setting: Setting) throws -> Found {
        if let value = variable(setting.name) { return Found(value: value, source: "environment") }
        if setting.isSecret, let path = variable(setting.name + "_FILE") {
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {  // reason: said in other words
                throw Invalid(setting: setting.name + "_FILE", reason: "names a file that cannot be read: \(path)")
            }
            return Found(value: text.trimmingCharacters(in: .whitespacesAndNewlines), source: path)
        }
        let key = ConfigKey([setting.fileName])
        if let file, let value = Self.text(key, in: file) { return Found(value: value, source: path ?? "file") }
        return Found(value: setting.fallback, source: "default")
    }

    /// A file may write numbers and truth values as such.
    private static func text(_ key: ConfigKey, in file: ConfigReader) -> String? {
        if let text = file.string(forKey: key) { return text }
        if let number = file.int(forKey: key) { return String(number) }
        if let number = file.double(forKey: key) { return "\(number)" }
        return file.bool(forKey: key).map { "\($0)" }
    }

    private func variable(_ name: String) -> String? {
        environment.string(forKey: ConfigKey(name.lowercased().split(separator: "_").map(String.init))).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Variables of the environment that begin as settings do and are none, for a misspelt setting does nothing.
    var unknownVariables: [String] {
        let known = Set(Setting.all.flatMap { $0.isSecret ? [$0.name, $0.name + "_FILE"] : [$0.name] })
        return ProcessInfo.processInfo.environment.keys.filter { $0.hasPrefix("LOQUAT_") && !known.contains($0) }.sorted()
    }

    // MARK: Typed

    func text(_ setting: Setting) throws -> String? { try find(setting).value }

    /// Of an endpoint; nil where none is set.
    func address(_ setting: Setting) throws -> String? {
        guard let url = try text(setting) else { return nil }
        guard let parsed = URL(string: url), parsed.scheme == "http" || parsed.scheme == "https", parsed.host != nil else {
            throw Invalid(setting: setting.name, reason: "must be an http or https address, such as http://127.0.0.1:11434/v1")
        }
        return url
    }

    func int(_ setting: Setting, _ range: ClosedRange<Int>) throws -> Int {
        guard let text = try find(setting).value, let value = Int(text), range.contains(value) else {
            throw Invalid(setting: setting.name, reason: "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func double(_ setting: Setting, _ range: ClosedRange<Double>) throws -> Double {
        guard let text = try find(setting).value, let value = Double(text), range.contains(value) else {
            throw Invalid(setting: setting.name, reason: "must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func bool(_ setting: Setting) throws -> Bool {
        switch try find(setting).value?.lowercased() {
        case "true", "1", "yes", "on": true
        case "false", "0", "no", "off": false
        default: throw Invalid(setting: setting.name, reason: "must be true or false")
        }
    }
}
