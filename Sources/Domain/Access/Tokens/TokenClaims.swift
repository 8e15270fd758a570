import JSON
import JWTKit
import TimeOrdered

/// What a token says. Times are seconds since 1970 with milliseconds as a fraction (RFC 7519's NumericDate), so that a token and a
/// change of password a moment later are told apart. The user's role is not in it: it is read where it stands.
struct TokenClaims: JWTPayload {
    let sub: String
    let iss: String
    let iat: Double
    let exp: Double
    let jti: String

    init(user: UserID, id: UUIDv7, issuedAt: Timestamp, lifetime: Int64) {
        sub = user.description
        iss = TokenService.issuer
        iat = Double(issuedAt.milliseconds) / 1000
        exp = Double(issuedAt.advanced(by: lifetime).milliseconds) / 1000
        jti = id.description
    }

    /// Times are compared by `TokenService`, whose clock it is.
    func verify(using algorithm: some JWTAlgorithm) throws {
        guard iss == TokenService.issuer else { throw JWTError.claimVerificationFailure(failedClaim: nil, reason: "another issuer") }
    }
}

/// A token's header, read before anything of the token is believed.
struct TokenHeader {
    private static let longest = 512

    let kid: UUIDv7

    /// Nil for all but `{"alg": "HS256", "typ": "JWT", "kid": ID}`, which is what we write: no other algorithm, nothing critical, no key
    /// brought along. The parts are base64url as we write it, so that one token has one text.
    init?(of token: String) {
        let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(Base64URL.decode)
        guard parts.count == 3, let bytes = parts[0], parts[1] != nil, parts[2] != nil, bytes.count <= Self.longest,
            let members = (try? JSONParser.parse(bytes))?.object?.members,  // reason: a token that is none is refused
            Set(members.map(\.name)) == ["alg", "typ", "kid"], members.count == 3
        else { return nil }
        let header = JSONObject(members)
        guard header["alg"]?.string == "HS256", header["typ"]?.string == "JWT", let kid = header["kid"]?.string.flatMap(UUIDv7.init) else {
            return nil
        }
        self.kid = kid
    }
}
