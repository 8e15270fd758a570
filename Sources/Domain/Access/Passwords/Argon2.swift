import CArgon2

/// Argon2id (RFC 9106) in its encoded form, by libargon2.
package enum Argon2 {
    /// What one hash costs.
    package struct Parameters: Sendable, Hashable {
        package let memoryKiB: UInt32
        package let passes: UInt32
        package let lanes: UInt32

        package init(memoryKiB: UInt32, passes: UInt32, lanes: UInt32) {
            self.memoryKiB = memoryKiB
            self.passes = passes
            self.lanes = lanes
        }

        /// OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
        package static let standard = Parameters(memoryKiB: 19 * 1024, passes: 2, lanes: 1)
    }

    /// libargon2's number for what went wrong, such as -22 for no memory.
    package struct Failure: Error, Sendable, Hashable {
        package let code: Int32
    }

    static let saltBytes = 16
    static let hashBytes = 32
    private static let version = UInt32(ARGON2_VERSION_13.rawValue)

    /// `$argon2id$v=19$m=…,t=…,p=…$SALT$HASH`.
    package static func encoded(_ password: [UInt8], salt: [UInt8], _ parameters: Parameters) throws(Failure) -> String {
        let length = argon2_encodedlen(
            parameters.passes, parameters.memoryKiB, parameters.lanes, UInt32(salt.count), UInt32(hashBytes), Argon2_id)
        var text = [CChar](repeating: 0, count: length)
        let code = argon2id_hash_encoded(
            parameters.passes, parameters.memoryKiB, parameters.lanes, password, password.count, salt, salt.count, hashBytes, &text, length)
        guard code == ARGON2_OK.rawValue else { throw Failure(code: code) }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether the hash is of this password; compares in constant time. False for a text that is no hash.
    /// - Throws: where it could not be found out.
    package static func verify(_ password: [UInt8], against encoded: String) throws(Failure) -> Bool {
        let code = argon2id_verify(encoded, password, password.count)
        switch code {
        case ARGON2_OK.rawValue: return true
        case ARGON2_MEMORY_ALLOCATION_ERROR.rawValue, ARGON2_THREAD_FAIL.rawValue: throw Failure(code: code)
        default: return false
        }
    }

    /// Whether this hash is what `encoded` would make with these parameters.
    package static func isMade(_ encoded: String, with parameters: Parameters) -> Bool {
        encoded.hasPrefix("$argon2id$v=\(version)$m=\(parameters.memoryKiB),t=\(parameters.passes),p=\(parameters.lanes)$")
    }
}
