import Conversation
import SchemaReflection
import Turns

/// The events of a stream as the document tells them; `NativeDialect` writes them.
enum TurnEvents {
    struct SourcesEvent: Codable, SchemaFields {
        let sources: [Source]
        let cascadeTier: CascadeTier
        let evidence: Double?

        static let fields: [String: FieldRule] = [
            "sources": .note("The passages that the answer is made from; with `none`, those that came nearest."),
            "cascade_tier": .note("The narrowest scope that gave enough evidence."),
            "evidence": .note("How sure it is that the sources hold an answer, 0–1."),
        ]
    }

    struct DeltaEvent: Codable, SchemaFields {
        let delta: String

        static let fields: [String: FieldRule] = ["delta": .note("Text that follows what was shown.")]
    }

    struct TruncateEvent: Codable, SchemaFields {
        let length: Int

        static let fields: [String: FieldRule] = ["length": .note("What was shown beyond it did not survive a lost machine; Unicode scalars.")]
    }

    static let all: [Answer.Event] = [
        event("session", "First: where the turn is.", SessionOpened.self),
        event("sources", "Before the first text.", SourcesEvent.self),
        event("delta", "As the text comes.", DeltaEvent.self),
        event("citation", "After each sentence that makes a claim.", Citation.self),
        event("truncate", "In a stream that is resumed after a power cut.", TruncateEvent.self),
        event("done", "The end of an answer; the last event.", TurnDone.self),
        event("error", "The end of a turn that failed; the last event. The turn is kept.", TurnFailure.self),
    ]

    /// With the events of the other dialects.
    static let ofEveryDialect = all + openAI + chrysopedia
    static let openAI = [
        Answer.Event(title: "openai chunk", name: nil, note: "Dialect `openai`: a `chat.completion.chunk`.", data: OpenAIShapes.chunk),
        Answer.Event(title: "openai end", name: nil, note: "Dialect `openai`: `[DONE]`, the last.", data: nil),
    ]
    private static let chrysopedia =
        [Answer.Event(name: "token", note: "Dialect `chrysopedia`: text that follows, bare.", data: nil)]
        + ["sources", "done", "error"].map { (name: String) in
            Answer.Event(title: "chrysopedia \(name)", name: name, note: "Dialect `chrysopedia`: its own members.", data: nil)
        }

    static func event<T: Decodable>(_ name: String, _ note: String, _ type: T.Type) -> Answer.Event {
        Answer.Event(name: name, note: note, data: .declared(type))
    }
}
