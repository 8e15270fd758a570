import NIOCore
import NIOHTTP1

/// Keeps next to nothing for a client that reads an event stream slowly: its answer pauses while anything is unsent, and goes on from where
/// the client is with all that has come since. With many such clients it is this that would fill memory, and the writes to them take the
/// time of those who read.
final class EventStreamBuffers: ChannelOutboundHandler {
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Bytes that wait in this process.
    private static let waiting = ChannelOptions.Types.WriteBufferWaterMark(low: 1, high: 512)
    /// Bytes that wait in the system without having been sent; what is on its way is not counted, so distance makes nobody slow.
    private static let unsent: ChannelOptions.Types.SocketOption.Value = 1
    #if os(Linux)
        /// `TCP_NOTSENT_LOWAT`, which no header tells Swift.
        private static let unsentOption = NIOBSDSocket.Option(rawValue: 25)
    #endif

    private var isSet = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if !isSet, case .head(let head) = unwrapOutboundIn(data), head.headers.first(name: "Content-Type") == "text/event-stream" {
            isSet = true
            let options = context.channel.syncOptions
            // reason: a channel without these, as in tests, keeps what it has
            try? options?.setOption(.writeBufferWaterMark, value: Self.waiting)
            #if os(Linux)
                try? options?.setOption(.tcpOption(Self.unsentOption), value: Self.unsent)  // reason: as before
            #endif
        }
        context.write(data, promise: promise)
    }
}
