import Conversation
import SchemaReflection

// What the document says of the members of sessions and what is in them.

extension SessionResource: SchemaFields {
    static let schemaName = "Session"
    static let fields: [String: FieldRule] = [
        "id": .note("Made by the server."), "user_id": .note("Whose it is."), "kind": .note("The door that it was begun through."),
        "title": .note("What it was called; until then what was made of its first exchange, or its first 100 characters."),
        "collection_id": .note("The collection that it asks; null where it asks all, or that one was deleted."),
        "metadata": .note("Whatever its user says of it."), "created_at": .note("When it was begun."),
        "updated_at": .note("When something in it was last changed."), "last_message_at": .note("Lists order by it, newest first."),
        "message_count": .note("Messages of both sides on the current line."), "branch": .note("The line that is current."),
        "archived": .note("Put away by its user."), "pinned": .note("Kept at the top by its user."),
        "running_turn_id": .note("The turn that is being answered."),
    ]
}

extension MessageResource: SchemaFields {
    static let schemaName = "Message"
    static let fields: [String: FieldRule] = [
        "id": .note("The same as `turn_id`."), "turn_id": .note("The turn that it is."), "session_id": .note("Where it was said."),
        "role": .oneOf("Who said it.", ["user", "assistant"]), "speaker_id": .note("The character who spoke, in a scene."),
        "content": .note("The text; of a running turn, what was shown of it so far."), "status": .note("How it stands."),
        "sources": .note("The passages that the answer was made from, as it saw them."),
        "citations": .note("What each of its sentences leans on."), "user_turn_id": .note("The message that it answers."),
        "regenerated_from": .note("The answer that it is another version of: what was originally said."),
        "superseded_by": .note("The turn that took its place on the current line; null for one that is on it."),
        "interjection_of": .note("The turn that it fell into."), "hidden": .note("Left out of prompts."),
        "truncated": .note("Cut off by the limit on its length."),
        "versions": .note(
            "The turns that were said in this place, itself included, oldest first; of more than \(NearVersions.limit) those nearest to it."),
        "metadata": .note("As it was sent with the message."), "usage": .note("Tokens, as the model's provider counted them."),
        "finish_reason": .note("Why the answer ended."), "error": .note("Why there is no whole answer."),
        "model": .note("The model that answered."), "rating": .note("What its reader thought of it."), "created_at": .note("When it was said."),
    ]
}

extension LogEventResource: SchemaFields {
    static let schemaName = "LogEvent"
    static let fields: [String: FieldRule] = [
        "seq": .note("From 1, without gaps."), "kind": .note("What happened."),
        "payload": .note("What is known of it; its members depend on `kind`."),
        "group": .note("Events that belong together share one."), "created_at": .note("When it happened; of what was imported, as the file says."),
        "hash": .note("SHA-256 over the hash before and this event, in hexadecimal."),
    ]
}

extension BranchResource: SchemaFields {
    static let schemaName = "Branch"
    static let fields: [String: FieldRule] = [
        "name": .note("Unique within its session; `main` is the line that a session begins with."), "session_id": .note("Where it is."),
        "turn_id": .note("The turn that it was begun at."), "head_turn_id": .note("Its last turn."),
        "current": .note("Whether the session goes on with it."), "created_at": .note("When it was begun."),
    ]
}

extension LineResource: SchemaFields {
    static let schemaName = "Line"
    static let fields: [String: FieldRule] = [
        "session_id": .note("Whose line it is."), "branch": .note("Its name."), "turn_id": .note("Its last turn."),
        "message_count": .note("Messages on it."),
        "event_id": .note("The `seq` of the event that changed it, by which a rewinding is undone; null where nothing was to be changed."),
    ]
}

extension ComparisonResource: SchemaFields {
    static let schemaName = "Comparison"
    static let fields: [String: FieldRule] = [
        "name": .note("One line."), "with": .note("The other line."), "turn_id": .note("The last turn that both share."),
        "shared": .note("How many messages both share."), "messages": .note("What the one says after it, up to 100 messages."),
        "other_messages": .note("What the other says after it, up to 100 messages."),
    ]
}
