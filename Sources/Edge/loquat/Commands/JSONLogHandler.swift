import JSON
import Logging
import TimeOrdered

/// Log lines as JSON objects on standard error.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info
    private let label: String

    init(label: String) { self.label = label }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var members: [JSONObject.Member] = [
            .init("time", .string(WallClock.system.now().description)), .init("level", .string(event.level.rawValue)),
            .init("logger", .string(label)), .init("message", .string(event.message.description)),
        ]
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        for (name, value) in all.sorted(by: { $0.key < $1.key }) { members.append(.init(name, .string("\(value)"))) }
        Output.note(JSONValue.object(JSONObject(members)).text)
    }
}
