package import Generation

/// The models that turns may ask for.
package protocol ModelCatalog: Sendable {
    /// What answers where a request names none.
    var defaultModel: String { get }
    /// Names to list; those of a provider only while it answers.
    func names() async -> [String]
    /// Nil where there is none of this name.
    func model(named name: String) -> (any LanguageModel)?
}
