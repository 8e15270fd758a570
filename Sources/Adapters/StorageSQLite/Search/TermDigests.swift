import Crypto
import TimeOrdered

/// What stands for words in the index: the first 8 bytes of their HMAC-SHA256, in hexadecimal, which FTS5 takes for a word. Two terms have
/// the same by chance in one of 2^64 cases; then a message is found that does not have the term.
struct TermDigests: Sendable {
    private static let bytes = 8
    private static let digits = Array("0123456789abcdef".utf8)

    private let key: SymmetricKey

    /// - Parameter key: 32 random bytes.
    init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    static func newKey() -> [UInt8] { SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) } }

    /// A word of one user is another than the same word of another user: so what is everybody else's costs a search nothing.
    func digest(of term: String, by user: UUIDv7) -> String { digest(user.bytes + Array(term.utf8)) }

    private func digest(_ bytes: [UInt8]) -> String {
        let code = Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key)).prefix(Self.bytes)
        return String(decoding: code.flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
