package import JSON

/// Open WebUI's export: a list of chats, or one of them, each with its tree of messages, in older ones with a list of messages alone.
package enum OpenWebUIExport {
    /// Messages of one chat that are read.
    static let messageLimit = 250_000

    static func matches(_ value: JSONValue) -> Bool {
        let chat = value["chat"] ?? value
        return chat["history"]?["messages"] != nil || chat["messages"]?.array != nil
    }

    /// - Returns: nil where it is no chat. One without messages has none.
    package static func conversation(_ value: JSONValue) -> ImportedConversation? {
        guard value.object != nil else { return nil }
        let chat = value["chat"]?.object.map { JSONValue.object($0) } ?? value
        let tree = chat["history"]?["messages"]?.object?.members ?? []
        let list = chat["messages"]?.array ?? []
        guard chat["history"]?["messages"]?.object != nil || chat["messages"]?.array != nil else { return nil }
        var skipped = SkippedParts()
        let nodes: [ExportNode]
        if tree.isEmpty {
            nodes = listed(list, chat, &skipped)
        } else {
            skipped.messages = max(0, tree.count - messageLimit)
            nodes = tree.prefix(messageLimit).map { node($0, chat, &skipped) }
        }
        let found = ExportTree(nodes)
        skipped.links = found.brokenLinks
        let (messages, current) = found.messages(current: chat["history"]?["currentId"]?.string)
        let times = [value["created_at"], chat["timestamp"]]
        return ImportedConversation(
            title: value["title"]?.string ?? chat["title"]?.string ?? "", createdAt: times.lazy.compactMap { $0?.looseTime }.first,
            updatedAt: value["updated_at"]?.looseTime, archived: value["archived"]?.bool ?? false, pinned: value["pinned"]?.bool ?? false,
            metadata: metadata(value, chat), messages: messages, current: current, skipped: skipped)
    }

    private static func metadata(_ value: JSONValue, _ chat: JSONValue) -> JSONObject {
        var metadata: JSONObject = ["source": "open_webui"]
        if let id = value["id"]?.shortText() { metadata["source_id"] = .string(id) }
        // Older ones have their tags in the chat, as objects.
        let tags = value["meta"]?["tags"]?.array ?? chat["tags"]?.array ?? []
        if let names = JSONValue.names(tags.compactMap { $0.string == nil ? $0["name"] : $0 }) { metadata["tags"] = names }
        return metadata
    }

    private static func node(_ member: JSONObject.Member, _ chat: JSONValue, _ skipped: inout SkippedParts) -> ExportNode {
        ExportNode(
            id: member.name, parent: member.value["parentId"]?.string,
            children: (member.value["childrenIds"]?.array ?? []).compactMap(\.string), message: message(member.value, chat, &skipped))
    }

    /// Each hangs on the one before.
    private static func listed(_ list: [JSONValue], _ chat: JSONValue, _ skipped: inout SkippedParts) -> [ExportNode] {
        skipped.messages = max(0, list.count - messageLimit)
        return list.prefix(messageLimit).enumerated().map { number, value in
            ExportNode(
                id: "\(number)", parent: number == 0 ? nil : "\(number - 1)", children: [], message: message(value, chat, &skipped))
        }
    }

    private static func message(_ value: JSONValue, _ chat: JSONValue, _ skipped: inout SkippedParts) -> ImportedMessage? {
        guard let author = value["role"]?.string else {
            skipped.messages += 1
            return nil
        }
        guard author != "system", author != "tool" else { return nil }
        guard let role = ImportedMessage.Role(rawValue: author), let content = plainText(value["content"]) else {
            skipped.messages += 1
            return nil
        }
        let text = role == .assistant ? HiddenDetails.removed(from: content) : content
        guard text.saysSomething else { return nil }
        guard text.utf8.count <= role.contentLimit else {
            skipped.messages += 1
            return nil
        }
        let isFailed = !(value["error"]?.isNull ?? true) && value["error"] != false
        let isInterrupted = role == .assistant && (isFailed || value["done"]?.bool == false)
        return ImportedMessage(
            role: role, content: text, createdAt: value["timestamp"]?.looseTime, model: role == .assistant ? model(value, chat) : nil,
            finish: isInterrupted ? .interrupted : .complete, metadata: attachments(of: value))
    }

    /// The message's own, else the chat's if it has but one.
    private static func model(_ message: JSONValue, _ chat: JSONValue) -> String? {
        if let own = message["model"]?.shortText() ?? message["modelName"]?.shortText() { return own }
        let models = chat["models"]?.array ?? []
        return models.count == 1 ? models[0].shortText() : nil
    }

    /// Text, or the list of parts that the OpenAI protocol has.
    private static func plainText(_ content: JSONValue?) -> String? {
        switch content {
        case .string(let text): text
        // A message that failed before its first word.
        case nil, .null: ""
        case .array(let parts):
            parts.compactMap { part -> String? in
                if let text = part.string ?? part["text"]?.string { return text.isEmpty ? nil : text }
                guard let kind = part["type"]?.string else { return nil }
                return kind.contains("image") ? "[image]" : kind.contains("audio") ? "[audio]" : "[attachment]"
            }.joined(separator: "\n")
        default: nil
        }
    }

    private static func attachments(of message: JSONValue) -> JSONObject {
        let files = message["files"]?.array ?? []
        return JSONValue.names(files.compactMap { $0["name"] ?? $0["file"]?["filename"] }).map { ["attachments": $0] } ?? [:]
    }
}
