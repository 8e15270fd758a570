import SchemaReflection

// What the document says of the resources' members.

extension CollectionResource: SchemaFields {
    static let schemaName = "Collection"
    static let fields: [String: FieldRule] = [
        "id": .note("Made by the server."), "name": .note("Unique among its owner's."), "description": .note("What it holds, in words."),
        "owner_id": .note("The user whose it is."), "visibility": .note("`private`: its owner and readers; `workspace`: everybody in it."),
        "readers": .note("Users who may read it beside its owner."), "document_count": .note("Documents in it, whatever their state."),
        "created_at": .note("When it was made."), "updated_at": .note("When it was last changed."),
    ]
}

extension DocumentResource: SchemaFields {
    static let schemaName = "Document"
    static let fields: [String: FieldRule] = [
        "id": .note("Made by the server; kept when the same file is put in again."), "collection_id": .note("Where it is."),
        "title": .note("As given, or the text's first heading, or the file's name."), "filename": .note("As uploaded."),
        "media_type": .note("What it is read as."), "size": .note("Bytes of the upload."),
        "metadata": .note("Whatever its owner says of it; `creator`, `slug` and `topic_category` come with its sources."),
        "status": .note("`ready` documents are searched."), "progress": .note("0–1, while it is read."),
        "error": .note("Why it could not be read."), "chunk_count": .note("Passages that it was cut into."),
        "page_count": .note("Of documents that have pages."), "created_at": .note("When it was first put in."),
        "updated_at": .note("When it was last changed."),
    ]
}

extension ChunkResource: SchemaFields {
    static let schemaName = "Chunk"
    static let fields: [String: FieldRule] = [
        "id": .note("Made by the server."), "document_id": .note("Whose passage it is."), "position": .note("From 0, in the document's order."),
        "content": .note("The passage."), "section_heading": .note("The heading above it."), "section_anchor": .note("The heading's anchor."),
        "page": .note("Its page, from 1."), "start": .note("Where it begins in the document's text, in Unicode scalars."),
        "end": .note("Where it ends, in Unicode scalars."),
    ]
}

extension SessionResource: SchemaFields {
    static let schemaName = "Session"
    static let fields: [String: FieldRule] = [
        "id": .note("Made by the server."), "user_id": .note("Whose it is."), "kind": .note("The door that it was begun through."),
        "title": .note("The first 100 characters of its first message until it is given another."),
        "collection_id": .note("The collection that it asks; null where it asks all, or that one was deleted."),
        "metadata": .note("Whatever its user says of it."), "created_at": .note("When it was begun."),
        "updated_at": .note("When something in it was last changed."), "last_message_at": .note("Lists order by it, newest first."),
        "message_count": .note("Messages of both sides."), "branch": .note("The line that is current."),
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
        "regenerated_from": .note("The answer in whose place it came."), "superseded_by": .note("The answer that took its place."),
        "interjection_of": .note("The turn that it fell into."), "hidden": .note("Left out of prompts."),
        "truncated": .note("Cut off by the limit on its length."), "versions": .note("The answers to the same message."),
        "metadata": .note("As it was sent with the message."), "usage": .note("Tokens, as the model's provider counted them."),
        "finish_reason": .note("Why the answer ended."), "error": .note("Why there is no whole answer."),
        "model": .note("The model that answered."), "created_at": .note("When it was said."),
    ]
}

extension LogEventResource: SchemaFields {
    static let schemaName = "LogEvent"
    static let fields: [String: FieldRule] = [
        "seq": .note("From 1, without gaps."), "kind": .note("What happened."),
        "payload": .note("What is known of it; its members depend on `kind`."),
        "group": .note("Events that belong together share one."), "created_at": .note("When it was appended."),
        "hash": .note("SHA-256 over the hash before and this event, in hexadecimal."),
    ]
}
