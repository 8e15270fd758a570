import HTTPTypes
import NIOCore
import NIOHTTP1
import TimeOrdered

/// Answers to what never reached a route.
struct Refusals: Sendable {
    let metrics: MetricsRegistry
    let ids: UUIDv7Generator
    let telling: FaultTelling

    func write(_ problem: Problem, to request: HTTPRequestHead?, _ context: ChannelHandlerContext) {
        let id = ids.next().description
        let (fields, body) = telling.told(problem, to: request.map { Audience($0) }, requestID: id)
        var headers: HTTPHeaders = ["content-length": "\(body.count)", "connection": "close", "x-request-id": id]
        for field in fields { headers.add(name: field.name.rawName, value: field.value) }
        let status = HTTPResponseStatus(statusCode: problem.status.code, reasonPhrase: problem.status.reasonPhrase)
        context.write(part(.head(.init(version: .http1_1, status: status, headers: headers))), promise: nil)
        if request?.method != .HEAD { context.write(part(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil) }
        context.writeAndFlush(part(.end(nil)), promise: nil)
        metrics.countRequest(status: problem.status.code)
    }

    private func part(_ part: HTTPServerResponsePart) -> NIOAny { NIOAny(part) }
}

extension Audience {
    init(_ head: HTTPRequestHead) {
        self.init(
            method: HTTPRequest.Method(rawValue: head.method.rawValue) ?? .get, target: head.uri,
            accept: head.headers[canonicalForm: "accept"].joined(separator: ","))
    }
}
