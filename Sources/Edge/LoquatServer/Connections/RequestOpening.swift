import NIOCore

/// Stands before the HTTP decoder and sees what it does not tell: when the first byte of a request comes, and whether its line has ended.
final class RequestOpening: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: ConnectionGuard
    private var isFirst = true
    private(set) var hasLine = false

    init(_ connection: ConnectionGuard) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let reading = connection.reading
        if reading == .over { return }
        let bytes = unwrapInboundIn(data)
        if reading == .opening || reading == .idle { hasLine = false }
        if !hasLine, reading != .body { hasLine = bytes.readableBytesView.contains(UInt8(ascii: "\n")) }
        connection.bytesCame()
        if isFirst {
            isFirst = false
            // One empty line before a request is forgiven (RFC 9112, 2.2); the decoder would forgive any number.
            if bytes.readableBytesView.starts(with: "\r\n\r\n".utf8) { return connection.refuseEmptyLines() }
        }
        context.fireChannelRead(data)
    }
}
