import CWebAssets
import Crypto
import Hummingbird
import NIOCore

/// The files that the program carries: templates, and what pages load.
struct WebAssets: Sendable {
    struct Asset: Sendable {
        let bytes: ByteBuffer
        let contentType: String
        /// The beginning of its SHA-256, in hexadecimal digits.
        let version: String

    }

    static let shared = WebAssets()

    private let assets: [String: Asset]
    /// Texts of the templates by their names without the ending.
    let templates: [String: String]

    private init() {
        var assets: [String: Asset] = [:]
        var templates: [String: String] = [:]
        var index = 0
        while let file = web_asset_at(index)?.pointee {
            index += 1
            let name = String(cString: file.name)
            let bytes = UnsafeBufferPointer(start: file.bytes, count: file.size)
            if name.hasSuffix(".mustache") {
                templates[String(name.dropLast(9))] = String(decoding: bytes, as: UTF8.self)
            } else {
                assets[name] = Asset(bytes: ByteBuffer(bytes: bytes), contentType: Self.contentType(name), version: Self.version(bytes))
            }
        }
        self.assets = assets
        self.templates = templates
    }

    subscript(name: String) -> Asset? { assets[name] }

    /// Where a page loads it from: another content has another address.
    func url(_ name: String) -> String {
        guard let asset = assets[name] else { preconditionFailure("no asset \(name) was built in") }
        return "/assets/\(name)?v=\(asset.version)"
    }

    private static func version(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        let digits = Array("0123456789abcdef")
        return String(SHA256.hash(data: bytes).prefix(8).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    private static func contentType(_ name: String) -> String {
        switch name.split(separator: ".").last {
        case "js": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "text/plain; charset=utf-8"
        }
    }
}
