import NIOCore
import Testing

@testable import LoquatWeb

struct WebAssetsTests {
    @Test(arguments: [
        ("htmx.min.js", "text/javascript; charset=utf-8"), ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
        ("loquat.css", "text/css; charset=utf-8"), ("icon.svg", "image/svg+xml"), ("swagger-ui.LICENSE", "text/plain; charset=utf-8"),
    ])
    func filesAreBuiltIn(name: String, type: String) throws {
        let asset = try #require(WebAssets.shared[name])
        #expect(asset.bytes.readableBytes > 100)
        #expect(asset.contentType == type)
        #expect(WebAssets.shared.url(name) == "/assets/\(name)?v=\(asset.version)")
        #expect(asset.version.utf8.count == 16)
    }

    @Test func templatesAreNotServed() {
        #expect(WebAssets.shared["layout.mustache"] == nil)
        #expect(WebAssets.shared.templates.count > 10)
    }

    @Test func versionsDiffer() {
        let names = ["htmx.min.js", "forms.js", "conversation.js", "docs.js", "loquat.css", "swagger-ui.css"]
        #expect(Set(names.compactMap { WebAssets.shared[$0]?.version }).count == names.count)
    }
}
