/// Judges passages by reading each together with the query: better than any search, and too slow for more than a few.
package protocol Reranker: Sendable {
    /// A score a passage, in their order; comparable with each other.
    /// - Throws: `RerankError`, `CancellationError`.
    func scores(of passages: [String], for query: String) async throws -> [Double]
}

package struct RerankError: Error, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
