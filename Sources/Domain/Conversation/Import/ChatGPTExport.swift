package import JSON

/// OpenAI's ChatGPT: `conversations.json` of its data export, a list of trees. System messages, tools, hidden messages and thoughts are
/// left out, and what came after them hangs on what came before.
package enum ChatGPTExport {
    /// Entries of one conversation's tree that are read.
    static let nodeLimit = 250_000

    static func matches(_ value: JSONValue) -> Bool { value["mapping"] != nil }

    /// - Returns: nil where it is no conversation. One without messages has none.
    package static func conversation(_ value: JSONValue) -> ImportedConversation? {
        guard let mapping = value["mapping"]?.object else { return nil }
        var skipped = SkippedParts()
        skipped.messages = max(0, mapping.members.count - nodeLimit)
        let nodes = mapping.members.prefix(nodeLimit).map { node($0, defaultModel: value["default_model_slug"], &skipped) }
        let tree = ExportTree(nodes)
        skipped.links = tree.brokenLinks
        let (messages, current) = tree.messages(current: value["current_node"]?.string)
        var metadata: JSONObject = ["source": "chatgpt"]
        if let id = value["conversation_id"]?.shortText() ?? value["id"]?.shortText() { metadata["source_id"] = .string(id) }
        return ImportedConversation(
            title: value["title"]?.string ?? "", createdAt: value["create_time"]?.looseTime, updatedAt: value["update_time"]?.looseTime,
            archived: value["is_archived"]?.bool ?? false, pinned: value["is_starred"]?.bool ?? false, metadata: metadata,
            messages: messages, current: current, skipped: skipped)
    }

    private static func node(_ member: JSONObject.Member, defaultModel: JSONValue?, _ skipped: inout SkippedParts) -> ExportNode {
        var message: ImportedMessage?
        switch Reading(member.value["message"], isNode: member.value.object != nil) {
        case .nothing: break
        case .unreadable: skipped.messages += 1
        case .message(let found): message = self.message(found, defaultModel: defaultModel, &skipped)
        }
        return ExportNode(
            id: member.name, parent: member.value["parent"]?.string,
            children: (member.value["children"]?.array ?? []).compactMap(\.string), message: message)
    }

    /// What stands at a node: the first ones of a tree have no message.
    private enum Reading {
        case nothing, unreadable
        case message(JSONObject)

        init(_ value: JSONValue?, isNode: Bool) {
            switch value {
            case .object(let message): self = .message(message)
            case nil, .null: self = isNode ? .nothing : .unreadable
            default: self = .unreadable
            }
        }
    }

    private static func message(_ value: JSONObject, defaultModel: JSONValue?, _ skipped: inout SkippedParts) -> ImportedMessage? {
        guard let author = value["author"]?["role"]?.string else {
            skipped.messages += 1
            return nil
        }
        guard author != "system", author != "tool", !isHidden(value) else { return nil }
        guard let role = ImportedMessage.Role(rawValue: author), let content = ChatGPTContent(value["content"]) else {
            skipped.messages += 1
            return nil
        }
        guard content.isShown(to: value["recipient"]?.string) else { return nil }
        let text = role == .assistant ? CitationMarks.removed(from: content.text) : content.text
        guard text.saysSomething else { return nil }
        guard text.utf8.count <= role.contentLimit else {
            skipped.messages += 1
            return nil
        }
        let model = value["metadata"]?["model_slug"]?.shortText() ?? defaultModel?.shortText()
        return ImportedMessage(
            role: role, content: text, createdAt: value["create_time"]?.looseTime, model: role == .assistant ? model : nil,
            finish: finish(of: value), metadata: attachments(of: value))
    }

    private static func isHidden(_ message: JSONObject) -> Bool {
        message["metadata"]?["is_visually_hidden_from_conversation"]?.bool == true || message["weight"]?.looseNumber == 0
    }

    private static func finish(of message: JSONObject) -> ImportedMessage.Finish {
        let isPartial = ["in_progress", "finished_partial_completion"].contains(message["status"]?.string)
        let ending = message["metadata"]?["finish_details"]?["type"]?.string
        return isPartial || ending == "interrupted" || ending == "max_tokens" ? .interrupted : .complete
    }

    private static func attachments(of message: JSONObject) -> JSONObject {
        let files = message["metadata"]?["attachments"]?.array ?? []
        return JSONValue.names(files.compactMap { $0["name"] }).map { ["attachments": $0] } ?? [:]
    }
}
