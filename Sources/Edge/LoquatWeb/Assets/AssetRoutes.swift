import HTTPTypes
import Hummingbird
import LoquatServer

/// `GET /assets/{name}`: kept for ever by whoever asks with the version in the address.
struct AssetRoutes {
    private static let year = 31_536_000

    func add(to router: some RouterMethods<ServerContext>) {
        router.get("assets/:name") { request, context in
            guard let asset = WebAssets.shared[context.parameters.get("name") ?? ""] else { throw HTTPError(.notFound) }
            let tag = "\"\(asset.version)\""
            let isVersioned = request.uri.queryParameters["v"].map(String.init) == asset.version
            var headers: HTTPFields = [.eTag: tag, .cacheControl: isVersioned ? "public, max-age=\(Self.year), immutable" : "no-cache"]
            if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: headers) }
            headers[.contentType] = asset.contentType
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: asset.bytes))
        }
    }
}
