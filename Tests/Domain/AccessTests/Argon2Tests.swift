import CArgon2
import Testing

@testable import Access

struct Argon2Tests {
    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// RFC 9106, 5.3: the library that is linked is the algorithm that is meant.
    @Test func theRFCsVector() {
        var out = [UInt8](repeating: 0, count: 32)
        var password = [UInt8](repeating: 1, count: 32)
        var salt = [UInt8](repeating: 2, count: 16)
        var secret = [UInt8](repeating: 3, count: 8)
        var data = [UInt8](repeating: 4, count: 12)
        let code = out.withUnsafeMutableBufferPointer { out in
            password.withUnsafeMutableBufferPointer { password in
                salt.withUnsafeMutableBufferPointer { salt in
                    secret.withUnsafeMutableBufferPointer { secret in
                        data.withUnsafeMutableBufferPointer { data in
                            var context = argon2_context()
                            (context.out, context.outlen) = (out.baseAddress, 32)
                            (context.pwd, context.pwdlen) = (password.baseAddress, 32)
                            (context.salt, context.saltlen) = (salt.baseAddress, 16)
                            (context.secret, context.secretlen) = (secret.baseAddress, 8)
                            (context.ad, context.adlen) = (data.baseAddress, 12)
                            (context.t_cost, context.m_cost, context.lanes, context.threads) = (3, 32, 4, 4)
                            context.version = UInt32(ARGON2_VERSION_13.rawValue)
                            return argon2id_ctx(&context)
                        }
                    }
                }
            }
        }
        #expect(code == ARGON2_OK.rawValue)
        #expect(Self.hex(out) == "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659")
    }

    /// From libargon2's own test program.
    private static let vectors: [(memoryKiB: UInt32, passes: UInt32, lanes: UInt32, encoded: String)] = [
        (65536, 2, 1, "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"),
        (256, 2, 1, "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
        (256, 2, 2, "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"),
    ]

    @Test(arguments: vectors.indices)
    func theLibrarysVectors(_ index: Int) throws {
        let vector = Self.vectors[index]
        let parameters = Argon2.Parameters(memoryKiB: vector.memoryKiB, passes: vector.passes, lanes: vector.lanes)
        #expect(try Argon2.encoded(Array("password".utf8), salt: Array("somesalt".utf8), parameters) == vector.encoded)
        #expect(try Argon2.verify(Array("password".utf8), against: vector.encoded))
        #expect(try !Argon2.verify(Array("differentpassword".utf8), against: vector.encoded))
        #expect(Argon2.isMade(vector.encoded, with: parameters))
        #expect(!Argon2.isMade(vector.encoded, with: .standard))
    }

    /// 19 MiB, two passes, one lane: no less.
    @Test func theCostIsOWASPs() throws {
        #expect(Argon2.Parameters.standard == Argon2.Parameters(memoryKiB: 19_456, passes: 2, lanes: 1))
        let encoded = try Argon2.encoded(Array("password".utf8), salt: Array(repeating: 7, count: Argon2.saltBytes), .standard)
        #expect(encoded.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(Argon2.isMade(encoded, with: .standard))
    }

    @Test(arguments: ["", "$", "password", "$argon2id$", "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAA"])
    func whatIsNoHashIsNobodysPassword(_ text: String) throws { #expect(try !Argon2.verify(Array("password".utf8), against: text)) }

    @Test func eachByteCounts() throws {
        let salt = Array(repeating: UInt8(7), count: Argon2.saltBytes)
        let password: [UInt8] = Array("a\u{0}b".utf8)
        let encoded = try Argon2.encoded(password, salt: salt, AccessRig.cheap)
        #expect(try Argon2.verify(password, against: encoded))
        for other in ["a", "a\u{0}", "a\u{0}c", "a\u{0}b\u{0}", "ab"] { #expect(try !Argon2.verify(Array(other.utf8), against: encoded)) }
    }
}
