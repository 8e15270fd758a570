import Conversation
import SchemaReflection
import Turns

/// The events of a stream as the document tells them; `NativeDialect` writes them.
enum TurnEvents {
    struct SourcesEvent: Codable, SchemaFields {
        let sources: [Source]
        let cascadeTier: CascadeTier

        static let fields: [String: FieldRule] = [
            "sources": .note("The passages that the answer is made from."),
            "cascade_tier": .note("The narrowest scope that gave enough evidence."),
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

    static func event<T: Decodable>(_ name: String, _ note: String, _ type: T.Type) -> Answer.Event {
        Answer.Event(name: name, note: note, data: .declared(type))
    }
}
