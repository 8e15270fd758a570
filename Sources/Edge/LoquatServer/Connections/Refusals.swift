import HTTPTypes
import NIOCore
import NIOHTTP1
import TimeOrdered

/// Answers to what never reached a route.
struct Refusals: Sendable {
    let metrics: MetricsRegistry
    let ids: UUIDv7Generator

    /// Where the request's path is not known, the answer is one that clients of OpenAI's API read too.
    func write(_ problem: Problem, to request: HTTPRequestHead?, _ context: ChannelHandlerContext) {
        let id = ids.next().description
        let isOpenAI = request.map { $0.uri.hasPrefix("/v1/") } ?? true
        let body = (isOpenAI ? problem.forOpenAIClients : problem).json(requestID: id)
        var headers: HTTPHeaders = [
            "content-type": Problem.mediaType, "content-length": "\(body.count)", "connection": "close", "x-request-id": id,
        ]
        for field in problem.headers { headers.add(name: field.name.rawName, value: field.value) }
        let status = HTTPResponseStatus(statusCode: problem.status.code, reasonPhrase: problem.status.reasonPhrase)
        context.write(part(.head(.init(version: .http1_1, status: status, headers: headers))), promise: nil)
        if request?.method != .HEAD { context.write(part(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil) }
        context.writeAndFlush(part(.end(nil)), promise: nil)
        metrics.countRequest(status: problem.status.code)
    }

    private func part(_ part: HTTPServerResponsePart) -> NIOAny { NIOAny(part) }
}
