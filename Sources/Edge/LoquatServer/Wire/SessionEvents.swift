import Conversation
import SchemaReflection
import TimeOrdered

/// The events of a session's stream beside those of its turns, as the document tells them.
enum SessionEvents {
    struct Turn: Codable, SchemaFields {
        let turnID: UUIDv7
        let role: String
        let speakerID: UUIDv7?
        let supersedesID: UUIDv7?
        let html: String

        static let schemaName = "TurnEvent"
        static let fields: [String: FieldRule] = [
            "turn_id": .note("The turn."), "role": .oneOf("Who speaks.", ["user", "assistant"]), "speaker_id": .note("The character, in a scene."),
            "supersedes_id": .note("The turn that it is to take the place of."), "html": .note("Its text rendered; empty where it begins."),
        ]
    }

    struct Replace: Codable, SchemaFields {
        let turnID: UUIDv7
        let supersedesID: UUIDv7
        let role: String
        let html: String

        static let schemaName = "ReplaceEvent"
        static let fields: [String: FieldRule] = [
            "turn_id": .note("The turn."), "supersedes_id": .note("The turn whose place it took; what followed that one is superseded too."),
            "role": .oneOf("Who speaks.", ["user", "assistant"]), "html": .note("Its text rendered."),
        ]
    }

    struct Line: Codable, SchemaFields {
        enum Reason: String, Codable, CaseIterable { case rewound, restored, selected, switched }

        let reason: Reason
        let branch: String?
        let turnID: UUIDv7?

        static let schemaName = "LineEvent"
        static let fields: [String: FieldRule] = [
            "reason": .note("What was done to the line."), "branch": .note("Its name, where that is what changed."),
            "turn_id": .note("Its last turn now; null for a branch that was switched to."),
        ]
    }

    struct Hidden: Codable, SchemaFields {
        let turnID: UUIDv7
        let hidden: Bool

        static let schemaName = "HiddenEvent"
        static let fields: [String: FieldRule] = [
            "turn_id": .note("A turn of the exchange."), "hidden": .note("Whether it is left out of prompts."),
        ]
    }

    struct Rated: Codable, SchemaFields {
        let turnID: UUIDv7
        let rating: Rating?

        static let schemaName = "RatedEvent"
        static let fields: [String: FieldRule] = ["turn_id": .note("The answer."), "rating": .note("What its reader thinks of it.")]
    }

    struct CatchUp: Codable, SchemaFields {
        let turnID: UUIDv7
        let missed: Int

        static let schemaName = "CatchUpEvent"
        static let fields: [String: FieldRule] = [
            "turn_id": .note("The turn, which is over; its whole text follows. Its own stream gives every event of it."),
            "missed": .note("Events of it that are left out here."),
        ]
    }

    struct Deleted: Codable, SchemaFields {
        let sessionID: UUIDv7

        static let schemaName = "DeletedEvent"
        static let fields: [String: FieldRule] = ["session_id": .note("The session that is gone.")]
    }

    static let all: [Answer.Event] = [
        TurnEvents.event("turn", "A turn began or ended.", Turn.self),
        TurnEvents.event("replace", "A turn took another's place.", Replace.self),
        TurnEvents.event("line", "The line ends elsewhere, and messages before its end may be others.", Line.self),
        TurnEvents.event("updated", "The session was changed: its title, its branches, its link.", SessionResource.self),
        TurnEvents.event("hidden", "An exchange was hidden or shown again.", Hidden.self),
        TurnEvents.event("rated", "An answer was rated.", Rated.self),
        TurnEvents.event("catch_up", "The watcher is far behind: what is left of a turn's events is left out.", CatchUp.self),
        TurnEvents.event("deleted", "The last: the session was deleted.", Deleted.self),
    ]
}
