import AccessTesting
import ConversationTesting
import Crypto
import Foundation
import JSON
import Testing
import TimeOrdered

@testable import Access

/// Tokens that are ours, and those that somebody made.
struct TokenServiceTests {
    private let rig = AccessRig()

    private func token(_ email: String = "a@example.org") async throws -> IssuedToken {
        try await rig.logins.token(email: email, password: AccessRig.password, from: nil)
    }

    private func asker(_ text: String) async throws -> Asker? { try await rig.authenticator.asker(bearer: text) }

    /// The parts of a token, the first two as JSON.
    private func parts(_ text: String) throws -> (header: JSONValue, claims: JSONValue, signed: String, signature: String) {
        let parts = text.split(separator: ".").map(String.init)
        let decoded = try parts.prefix(2).map { try JSONParser.parse(#require(Base64URL.decode($0.utf8))) }
        return (decoded[0], decoded[1], parts[0] + "." + parts[1], parts[2])
    }

    private func secret(_ text: String) async throws -> SymmetricKey {
        let kid = try parts(text).header["kid"]?.string
        let keys = try await rig.store.read { try $0.signingKeys() }
        return SymmetricKey(data: try #require(keys.first { $0.id.description == kid }).secret)
    }

    /// A token of these parts, signed with this key as HS256 is.
    private func signed(_ header: JSONValue, _ claims: JSONValue, _ key: SymmetricKey) -> String {
        let input = Base64URL.encode(header.bytes) + "." + Base64URL.encode(claims.bytes)
        return input + "." + Base64URL.encode(Array(HMAC<SHA256>.authenticationCode(for: Array(input.utf8), using: key)))
    }

    // MARK: Ours

    @Test func aTokenSaysWhoAndNothingMore() async throws {
        let ada = try await rig.user("a@example.org", .viewer)
        let token = try await token()
        let (header, claims, signed, signature) = try parts(token.text)
        #expect(header["alg"] == "HS256" && header["typ"] == "JWT" && header["kid"]?.string.flatMap(UUIDv7.init) != nil)
        #expect(Set(claims.object?.members.map(\.name) ?? []) == ["sub", "iss", "iat", "exp", "jti"])
        #expect(claims["sub"]?.string == ada.id.description && claims["iss"] == "loquat" && claims["jti"]?.string == token.id.description)
        #expect(claims["iat"]?.double == 1_800_000_000 && claims["exp"]?.double == 1_800_003_600)
        // The signature is what another implementation of HS256 makes.
        let mac = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: try await secret(token.text))
        #expect(Base64URL.decode(signature.utf8) == Array(mac))
        let asker = try #require(try await asker(token.text))
        #expect(asker == Asker(ada, by: .token(token.id)) && asker.scopes == Scope.allowed(for: .viewer))
    }

    @Test func aTokenLapsesAfterAnHour() async throws {
        try await rig.user("a@example.org")
        let token = try await token()
        #expect(token.expiresAt == rig.clock.now.advanced(by: 3_600_000))
        rig.clock.advance(by: 3_599_999)
        #expect(try await asker(token.text) != nil)
        rig.clock.advance()
        #expect(try await asker(token.text) == nil)
    }

    @Test func aRoleIsReadWhereItStands() async throws {
        let ada = try await rig.user("a@example.org", .admin)
        let token = try await token()
        #expect(try await asker(token.text)?.may(.admin) == true)
        _ = try await rig.users.update(ada.id, UserChange(role: .viewer), by: rig.owner(), from: nil)
        let now = try #require(try await asker(token.text))
        #expect(now.role == .viewer && now.scopes == Scope.allowed(for: .viewer))
    }

    @Test func aTokenEndsWithThePasswordItWasGivenFor() async throws {
        let ada = try await rig.user("a@example.org")
        let before = try await token()
        #expect(try await asker(before.text) != nil)
        // All in one millisecond: the clock stands still.
        _ = try await rig.own.update(.init(password: "battery staple", currentPassword: AccessRig.password), by: rig.asker(ada), from: nil)
        #expect(try await asker(before.text) == nil)
        let after = try await rig.logins.token(email: "a@example.org", password: "battery staple", from: nil)
        #expect(try await asker(after.text) != nil)
        _ = try await rig.users.update(ada.id, UserChange(password: AccessRig.password), by: rig.owner(), from: nil)
        #expect(try await asker(after.text) == nil)
        let last = try await token()
        #expect(try await asker(last.text) != nil)
        rig.clock.advance(by: 60_000)
        for ended in [before, after] { #expect(try await asker(ended.text) == nil) }
    }

    @Test func suspensionEndsTokensForGood() async throws {
        let ada = try await rig.user("a@example.org")
        let token = try await token()
        _ = try await rig.users.update(ada.id, UserChange(suspended: true), by: rig.owner(), from: nil)
        #expect(try await asker(token.text) == nil)
        _ = try await rig.users.update(ada.id, UserChange(suspended: false), by: rig.owner(), from: nil)
        #expect(try await asker(token.text) == nil)
    }

    // MARK: Keys

    @Test func signingKeysTakeTurns() async throws {
        try await rig.user("a@example.org")
        let first = try await token()
        #expect(try await rig.store.read { try $0.signingKeys().count } == 1)
        rig.clock.advance(by: SigningKeyRing.signingTime - 1)
        let late = try await token()
        #expect(try parts(late.text).header["kid"] == parts(first.text).header["kid"])
        rig.clock.advance()
        let next = try await token()
        #expect(try parts(next.text).header["kid"] != parts(first.text).header["kid"])
        for token in [late, next] { #expect(try await asker(token.text) != nil, "the old key verifies until its last token has lapsed") }
        rig.clock.advance(by: TokenService.longestLifetime)
        _ = try await token()
        let kid = try parts(next.text).header["kid"]?.string
        #expect(try await rig.store.read { try $0.signingKeys().map(\.id.description) } == [kid])
    }

    @Test func anotherProcessKnowsTheKeys() async throws {
        try await rig.user("a@example.org")
        let token = try await token()
        let other = TokenService(store: rig.store, ids: rig.ids, clock: rig.clock.wallClock)
        #expect(try await other.verify(token.text)?.id == token.id)
    }

    @Test func manyAtOnceAgreeOnAKey() async throws {
        try await rig.user("a@example.org")
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<10 { group.addTask { try await rig.tokens.issue(for: rig.store.owner(), id: rig.ids.next(), now: rig.clock.now).text } }
            for try await text in group { #expect(try await asker(text) != nil) }
        }
        #expect(try await rig.store.read { try $0.signingKeys().count } == 1)
    }

    // MARK: Others'

    @Test func anUnsignedTokenIsNone() async throws {
        try await rig.user("a@example.org")
        let (header, claims, signed, _) = try parts(try await token().text)
        for alg in ["none", "None", "NONE", "nOnE", ""] as [JSONValue] {
            var members = try #require(header.object)
            members["alg"] = alg
            let input = Base64URL.encode(JSONValue.object(members).bytes) + "." + Base64URL.encode(claims.bytes)
            for text in [input + ".", input, input + ".AA"] { #expect(try await asker(text) == nil) }
        }
        for text in [signed + ".", signed] { #expect(try await asker(text) == nil) }
    }

    @Test func anotherAlgorithmIsRefusedEvenWithTheSecret() async throws {
        try await rig.user("a@example.org")
        let text = try await token().text
        let (header, claims, _, _) = try parts(text)
        let key = try await secret(text)
        for alg in ["RS256", "HS384", "HS512", "ES256", "EdDSA", "hs256", "HS256 "] {
            var members = try #require(header.object)
            members["alg"] = .string(alg)
            #expect(try await asker(signed(.object(members), claims, key)) == nil, "\(alg)")
        }
        #expect(try await asker(signed(header, claims, key)) != nil, "the same with ours is one")
    }

    @Test func headersMayNotAskForAnything() async throws {
        try await rig.user("a@example.org")
        let text = try await token().text
        let (header, claims, _, _) = try parts(text)
        let (key, own) = (try await secret(text), try #require(header.object))
        let more: [(String, JSONValue)] = [
            ("crit", ["exp"]), ("crit", []), ("b64", false), ("jwk", ["kty": "oct", "k": "AA"]), ("jku", "https://x/"), ("x5c", ["AA"]),
            ("zip", "DEF"),
            ("cty", "JWT"), ("kid", "second"),
        ]
        for (name, value) in more {
            let changed = JSONObject(own.members + [.init(name, value)])
            #expect(try await asker(signed(.object(changed), claims, key)) == nil, "\(name)")
        }
        for kid in [.string(rig.ids.next().description), "", .null, 1, "../../dev/null", .string("' OR 1=1 --")] as [JSONValue] {
            var changed = own
            changed["kid"] = kid
            #expect(try await asker(signed(.object(changed), claims, key)) == nil, "\(kid)")
        }
        #expect(try await asker(signed(["alg": "HS256", "typ": "JWT"], claims, key)) == nil, "no kid, no default key")
        #expect(try await asker(signed(.object(own), claims, SymmetricKey(size: .bits256))) == nil)
        #expect(try await asker(signed(.object(own), claims, SymmetricKey(data: []))) == nil)
    }

    @Test func claimsAreOurs() async throws {
        let ada = try await rig.user("a@example.org")
        let text = try await token().text
        let (header, claims, _, _) = try parts(text)
        let (key, own) = (try await secret(text), try #require(claims.object))
        let changes: [(String, JSONValue?)] = [
            ("iss", "other"), ("iss", nil), ("sub", .string(rig.ids.next().description)), ("sub", "admin"), ("sub", nil), ("exp", nil), ("iat", nil),
            ("exp", "9999999999"), ("exp", 1_800_000_000), ("exp", .number(JSONNumber(1e300)!)), ("iat", 1_800_000_061), ("jti", nil), ("jti", 1),
        ]
        for (name, value) in changes {
            let changed = JSONObject(own.members.filter { $0.name != name } + (value.map { [.init(name, $0)] } ?? []))
            #expect(try await asker(signed(header, .object(changed), key)) == nil, "\(name): \(String(describing: value))")
        }
        #expect(try await asker(signed(header, claims, key))?.userID == ada.id)
    }

    @Test func nothingOfATokenCanBeChanged() async throws {
        try await rig.user("a@example.org")
        let text = Array(try await token().text.utf8)
        for index in text.indices {
            var changed = text
            changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(try await asker(String(decoding: changed, as: UTF8.self)) == nil, "at \(index)")
        }
        let whole = String(decoding: text, as: UTF8.self)
        for other in ["", ".", "..", "a.b.c", whole + ".", "." + whole, whole + ".AA", String(repeating: "A", count: 100_000), "🍊.🍊.🍊"] {
            #expect(try await asker(other) == nil)
        }
    }
}
