import LoquatServer
import Testing

@Suite struct ShareTokenTests {
    /// The digest that the log keeps: `printf %s token | sha256sum`.
    @Test func aLinkIsFoundByItsDigest() {
        #expect(ShareToken.digest(of: "token") == "3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0")
    }
}
