import HTMLText
import HTTPTypes
import Hummingbird
import LoquatServer
import Mustache
import NIOCore

/// The pages' templates. Whatever a view holds is escaped; `{{{html}}}` is for what our own Markdown renderer wrote.
struct Templates: Sendable {
    static let shared = Templates()

    /// Escapes bytes: Mustache's own escaping looks at characters, and misses a quote that bears a combining mark.
    private struct EscapedBytes: MustacheContentType {
        static let name = "LOQUAT"
        func escapeText(_ text: String) -> String { HTMLEscaping.escaped(text) }
    }

    private let library: MustacheLibrary

    private init() {
        MustacheContentTypes.register(EscapedBytes(), named: EscapedBytes.name)
        var library = MustacheLibrary()
        for (name, text) in WebAssets.shared.templates {
            do {
                try library.register("{{% CONTENT_TYPE:\(EscapedBytes.name)}}" + text, named: name)
            } catch {
                preconditionFailure("the template \(name) is broken: \(error)")
            }
        }
        self.library = library
    }

    func text(_ name: String, _ view: some Sendable) -> String {
        guard let text = library.render(view, withTemplate: name) else { preconditionFailure("no template \(name) was built in") }
        return text
    }
}

extension Response {
    /// A page, or a part of one. What it shows is its reader's own and nobody keeps it.
    static func page(_ template: String, _ view: some Sendable, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: Templates.shared.text(template, view))))
    }

    static func seeOther(_ location: String) -> Response { Response(status: .seeOther, headers: [.location: location, .cacheControl: "no-store"]) }
}
