import Access
import Hummingbird
import JSON
import NIOCore
import SchemaReflection

/// Takes in the operations that the routes declare: each becomes a route that checks what was declared, and a part of the document.
final class API {
    private let router: Router<ServerContext>
    private let authentication: Authentication
    private let limits: KeyLimits
    private(set) var operations: [Operation] = []

    init(router: Router<ServerContext>, authentication: Authentication, limits: KeyLimits) {
        self.router = router
        self.authentication = authentication
        self.limits = limits
    }

    /// An operation for those who may call it.
    func add(_ operation: Operation, _ handle: @escaping @Sendable (Call) async throws -> Response) {
        precondition(operation.admission != .anybody)
        let (admission, parameters, body) = (operation.admission, operation.parameters, operation.jsonBody)
        route(operation, in: router.group().add(middleware: authentication).add(middleware: limits)) { request, context in
            guard let asker = context.asker else { throw Problem.unauthorized }
            if case .scope(let scope) = admission, !asker.may(scope) {
                throw Problem.forbidden("This needs the scope \(scope.rawValue), which your \(asker.isKey ? "key" : "role") does not give.")
            }
            try Self.check(request, parameters)
            return try await handle(Call(request: request, context: context, bodySchema: body, asker: asker))
        }
    }

    /// An operation for anybody.
    func open(_ operation: Operation, _ handle: @escaping @Sendable (OpenCall) async throws -> Response) {
        precondition(operation.admission == .anybody)
        let (parameters, body) = (operation.parameters, operation.jsonBody)
        route(operation, in: router.group()) { request, context in
            try Self.check(request, parameters)
            return try await handle(OpenCall(request: request, context: context, bodySchema: body))
        }
    }

    private func route(
        _ operation: Operation, in group: RouterGroup<ServerContext>,
        _ handle: @escaping @Sendable (Request, ServerContext) async throws -> Response
    ) {
        precondition(!operations.contains { $0.id == operation.id }, "\(operation.id) is declared twice")
        operations.append(operation)
        group.on(RouterPath(operation.path), method: operation.method, use: handle)
    }

    /// - Throws: 422 with everything that is wrong in the query.
    private static func check(_ request: Request, _ parameters: [Parameter]) throws(Problem) {
        var errors: [Problem.FieldError] = []
        for parameter in parameters where parameter.place == .query {
            guard let text = request.queryText(parameter.name) else { continue }
            errors += parameter.schema.violations(in: parameter.schema.value(of: text))
                .map { Problem.FieldError(pointer: "/\(parameter.name)", message: $0.message) }
        }
        guard errors.isEmpty else { throw .invalid(errors) }
    }
}

extension TypeSchema {
    /// What a text in the query stands for.
    fileprivate func value(of text: String) -> JSONValue {
        switch self {
        case .integer: Int(text).map { .number(JSONNumber($0)) } ?? .string(text)
        case .boolean: text == "true" ? true : text == "false" ? false : .string(text)
        default: .string(text)
        }
    }
}
