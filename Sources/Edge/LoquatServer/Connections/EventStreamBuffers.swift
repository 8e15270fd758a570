import NIOCore
import NIOHTTP1

/// Keeps little for a client that reads an event stream slowly: its answer pauses once so much is unsent, and goes on from where the client
/// is. With many such clients it is this that would fill memory, and take the time of those who read.
final class EventStreamBuffers: ChannelOutboundHandler {
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Bytes that wait in this process.
    private static let unsent = ChannelOptions.Types.WriteBufferWaterMark(low: 4 << 10, high: 16 << 10)
    /// Bytes that wait in the system, which doubles it.
    private static let sent: ChannelOptions.Types.SocketOption.Value = 32 << 10

    private var isSet = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if !isSet, case .head(let head) = unwrapOutboundIn(data), head.headers.first(name: "Content-Type") == "text/event-stream" {
            isSet = true
            let options = context.channel.syncOptions
            // reason: a channel without these, as in tests, keeps what it has
            try? options?.setOption(.writeBufferWaterMark, value: Self.unsent)
            try? options?.setOption(.socketOption(.so_sndbuf), value: Self.sent)  // reason: as before
        }
        context.write(data, promise: promise)
    }
}
