import JSON

@testable import Conversation

/// Writes small exports of ChatGPT.
struct ChatGPTTree {
    private(set) var mapping = JSONObject()

    /// A message of text under the id `name`, said to `parent`.
    mutating func say(
        _ name: String, _ role: String = "user", after parent: String?, _ text: String? = nil, _ change: (inout JSONObject) -> Void = { _ in }
    ) {
        var message: JSONObject = [
            "id": .string(name), "author": ["role": .string(role), "name": nil, "metadata": [:]],
            "content": ["content_type": "text", "parts": [.string(text ?? name)]], "status": "finished_successfully", "weight": 1,
            "metadata": [:], "recipient": "all",
        ]
        change(&message)
        node(name, after: parent, .object(message))
    }

    mutating func node(_ name: String, after parent: String?, _ message: JSONValue?) {
        var node: JSONObject = ["id": .string(name), "parent": parent.map { JSONValue.string($0) } ?? .null, "children": []]
        node["message"] = message
        mapping.members.append(JSONObject.Member(name, .object(node)))
    }

    mutating func put(_ name: String, _ value: JSONValue) { mapping.members.append(JSONObject.Member(name, value)) }

    mutating func children(of name: String, _ children: [String]) {
        guard let index = mapping.members.firstIndex(where: { $0.name == name }), var node = mapping.members[index].value.object else { return }
        node["children"] = .array(children.map { .string($0) })
        mapping.members[index].value = .object(node)
    }

    func value(current: String? = nil) -> JSONValue {
        var conversation: JSONObject = ["title": "Loquats", "create_time": .decimal(1_700_000_000.25), "update_time": 1_700_000_100]
        conversation["conversation_id"] = "c-1"
        conversation["mapping"] = .object(mapping)
        conversation["current_node"] = current.map { JSONValue.string($0) }
        return .object(conversation)
    }

    func read(current: String? = nil) -> ImportedConversation? { ChatGPTExport.conversation(value(current: current)) }
}

extension JSONValue {
    static func decimal(_ value: Double) -> JSONValue { JSONNumber(value).map { JSONValue.number($0) } ?? .null }
}

extension ImportedConversation {
    /// Each message as `parent→role:content`, the first letter of its role, `·` for no parent.
    var outline: [String] {
        messages.map { "\($0.parent.map(String.init) ?? "·")→\($0.role.rawValue.prefix(1)):\($0.content)" }
    }

    /// Parents come first, and the line that was shown ends.
    var isSound: Bool {
        let isOrdered = messages.enumerated().allSatisfy { index, message in (message.parent ?? -1) < index && (message.parent ?? 0) >= 0 }
        let isSaid = messages.allSatisfy { $0.content.saysSomething }
        return isOrdered && isSaid && (current.map { messages.indices.contains($0) } ?? messages.isEmpty)
    }
}
