package import TimeOrdered

/// A secret that signs tokens, named in their headers by its id (`kid`).
package struct SigningKey: Sendable, Hashable {
    package let id: UUIDv7
    /// 256 random bits.
    package let secret: [UInt8]
    package let createdAt: Timestamp

    package init(id: UUIDv7, secret: [UInt8], createdAt: Timestamp) {
        self.id = id
        self.secret = secret
        self.createdAt = createdAt
    }
}

/// Signing keys in their turns: the newest signs, the others verify until their last token has lapsed.
struct SigningKeyRing: Sendable {
    /// How long a key signs: 30 days, in milliseconds.
    static let signingTime: Int64 = 30 * 24 * 3600 * 1000

    /// The newest first.
    private let keys: [SigningKey]

    init(_ keys: [SigningKey]) { self.keys = keys.sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) } }

    /// The key that signs now; nil where a new one is due.
    func signing(_ now: Timestamp) -> SigningKey? { keys.first.flatMap { now < $0.createdAt.advanced(by: Self.signingTime) ? $0 : nil } }

    /// A key whose tokens may still be in force.
    func verifying(_ id: UUIDv7, _ now: Timestamp) -> SigningKey? {
        guard let key = keys.first(where: { $0.id == id }), !lapsed(now).contains(id) else { return nil }
        return key
    }

    /// Keys that signed nothing that is still in force.
    func lapsed(_ now: Timestamp) -> Set<UUIDv7> {
        Set(
            zip(keys.dropFirst(), keys)
                .filter { _, successor in successor.createdAt.advanced(by: TokenService.longestLifetime) <= now }
                .map(\.0.id))
    }

    func contains(_ id: UUIDv7) -> Bool { keys.contains { $0.id == id } }
}
