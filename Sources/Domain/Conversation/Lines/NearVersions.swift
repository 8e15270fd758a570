import TimeOrdered

/// The versions that are told with a turn: those nearest to it by their position. What was said thousands of times would else be told
/// with thousands of ids for each of them.
package struct NearVersions: Sendable, Hashable {
    /// Versions that are told with a turn at the most, itself among them.
    package static let limit = 100

    /// The turn itself included, oldest first.
    package let ids: [TurnID]
    /// There are more than these.
    package let isCut: Bool

    package init(ids: [TurnID], isCut: Bool = false) {
        self.ids = ids
        self.isCut = isCut
    }

    /// - Parameter versions: what was said in the turn's place, itself included, oldest first; on either side of it as many as are told,
    ///   where there are so many.
    package init(of turn: TurnID, among versions: [TurnID]) {
        guard let index = versions.firstIndex(of: turn) else {
            self.init(ids: [turn])
            return
        }
        let start = max(0, min(index - Self.limit / 2, versions.count - Self.limit))
        self.init(ids: Array(versions.dropFirst(start).prefix(Self.limit)), isCut: versions.count > Self.limit)
    }
}

extension LogStore {
    /// The versions that are told with each of these turns.
    package func nearVersions(of turns: [TurnRow]) async throws -> [TurnID: NearVersions] {
        let versions = Dictionary(grouping: try await versions(of: turns), by: VersionPlace.init).mapValues { $0.map(\.id) }
        return Dictionary(
            turns.map { ($0.id, NearVersions(of: $0.id, among: versions[VersionPlace($0)] ?? [])) }, uniquingKeysWith: { $1 })
    }
}
