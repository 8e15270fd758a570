import Crypto
import HTTPTypes
import Hummingbird
import LoquatServer

/// Guards forms that are sent before there is a login: the form repeats what a cookie holds, which another site can neither read nor set.
struct FormToken {
    static let cookie = "loquat_form"

    let text: String

    /// The one that the browser has already, so that forms in several tabs work, or a new one.
    init(of request: Request) {
        let known = request.cookies[Self.cookie]?.value
        text = known.flatMap { Self.isPlausible($0) ? $0 : nil } ?? Self.made()
    }

    /// - Throws: a page that says to try again.
    static func check(_ request: Request, sent: String?) throws(PageError) {
        let known = request.cookies[cookie]?.value
        guard let known, let sent, isPlausible(known), SHA256.hash(data: Array(known.utf8)) == SHA256.hash(data: Array(sent.utf8)),
            SameOrigin.isProven(request)
        else { throw refusal }
    }

    static let refusal = PageError(
        status: .forbidden, title: "Please try again",
        detail: "The form was too old, or did not come from a page of this server. Go back, load the page anew and send it once more.")

    private static func isPlausible(_ text: String) -> Bool { text.utf8.count == 64 && text.utf8.allSatisfy { $0 != UInt8(ascii: ";") } }

    private static func made() -> String {
        let digits = Array("0123456789abcdef")
        return SymmetricKey(size: .bits256).withUnsafeBytes { String($0.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }) }
    }
}
