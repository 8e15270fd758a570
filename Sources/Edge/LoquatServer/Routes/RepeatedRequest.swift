import Generation
import JSON

extension JSONObject {
    /// A request of a model's own API, asked again.
    /// - Parameters:
    ///   - message: stands for the user's last one.
    ///   - instructions: what the model is told beside what the request says.
    ///   - continuing: an answer that was cut off, to be gone on with.
    func repeated(message: String?, model: String?, instructions: String?, continuing: String?) -> JSONObject {
        var body = self
        if let model { body["model"] = .string(model) }
        var messages = body["messages"]?.array ?? []
        if let message, let last = messages.lastIndex(where: { $0["role"]?.string == "user" }), case .object(var edited) = messages[last] {
            edited["content"] = .string(message)
            messages[last] = .object(edited)
        }
        if let instructions, !instructions.isEmpty {
            // Behind those that are there: some models take a system message nowhere but at the beginning.
            let place = messages.prefix { ["system", "developer"].contains($0["role"]?.string) }.count
            messages.insert(["role": "system", "content": .string(instructions)], at: place)
        }
        if let continuing {
            messages += Continuation.messages(continuing).map { ["role": .string($0.role.rawValue), "content": .string($0.content)] }
        }
        body["messages"] = .array(messages)
        return body
    }
}
