import Access
import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// An event stream that is cut before its next byte once its credential, or its user, is no longer let in.
    /// - Parameters:
    ///   - ask: finds out anew who asks; throws where nobody is let in.
    ///   - version: of what `access` knew when `ask` last succeeded.
    func ended(whenNotInForce ask: @escaping @Sendable () async throws -> Asker, since version: Int, _ access: Authenticator) -> Response {
        let body = body
        var watched = self
        watched.body = ResponseBody(contentLength: body.contentLength) { writer in
            try await body.write(WriterInForce(writer: writer, version: version, access: access, ask: ask))
        }
        return watched
    }
}

/// Asks again only after something was taken from anybody; a write otherwise costs the reading of a number.
private struct WriterInForce: ResponseBodyWriter {
    var writer: any ResponseBodyWriter
    var version: Int
    let access: Authenticator
    let ask: @Sendable () async throws -> Asker

    mutating func write(_ buffer: ByteBuffer) async throws {
        let now = access.version
        if now != version {
            _ = try await ask()
            version = now
        }
        try await writer.write(buffer)
    }

    consuming func finish(_ trailers: HTTPFields?) async throws { try await writer.finish(trailers) }
}
