import Conversation
import Retrieval
package import SchemaReflection
import Turns

// What the document says of the shapes that come from the domain as they are.

extension Source: SchemaFields {
    package static let fields: [String: FieldRule] = [
        "number": .note("From 1; markers in the answer name it."), "chunk_id": .note("The passage."), "document": .note("Where it stands."),
        "title": .note("The document's."), "slug": .note("From the document's metadata."), "creator_name": .note("The metadata's `creator`."),
        "topic_category": .note("From the document's metadata."), "summary": .note("The passage's first 200 characters."),
        "content": .note("The passage as the answer saw it."), "section_heading": .note("The heading above it."),
        "section_anchor": .note("The heading's anchor."), "page": .note("Its page, from 1."),
        "start": .note("Where it begins in the document's text, in Unicode scalars."), "end": .note("Where it ends."),
        "score": .note("How well it fits; higher is better, and only within one answer."),
    ]
}

extension Source.Document: SchemaFields {
    package static let schemaName = "SourceDocument"
    package static let fields: [String: FieldRule] = [
        "id": .note("The document."), "title": .note("Its title then."), "filename": .note("Its file's name."),
        "media_type": .note("What it was read as."),
    ]
}

extension Citation: SchemaFields {
    package static let fields: [String: FieldRule] = [
        "number": .note("The source as shown; null where none is."), "cited_number": .note("What the model wrote; null where it wrote no marker."),
        "start": .note("Where the answer's sentence begins, in Unicode scalars of the answer."), "end": .note("Where it ends."),
        "status": .note("`verified`: the cited passage supports it; `repaired`: another one does, and is shown; `unverified`: none was found."),
        "support": .note("0–1."), "quote": .note("The source's sentence that supports it best."),
    ]
}

extension Citation.Quote: SchemaFields {
    package static let schemaName = "Quote"
    package static let fields: [String: FieldRule] = [
        "chunk_id": .note("The passage."), "document_id": .note("The document."), "page": .note("Its page, from 1."),
        "start": .note("Where it begins in the document's text, in Unicode scalars."), "end": .note("Where it ends."), "text": .note("Its words."),
    ]
}

extension TokenUsage: SchemaFields {
    package static let schemaName = "Usage"
    package static let fields: [String: FieldRule] = [
        "prompt_tokens": .note("Read."), "completion_tokens": .note("Written."), "total_tokens": .note("Both."),
    ]
}

extension TurnTimings: SchemaFields {
    package static let schemaName = "Timings"
    package static let fields: [String: FieldRule] = [
        "retrieval_ms": .note("Milliseconds until the sources were there."), "first_delta_ms": .note("Until the first text was there."),
        "total_ms": .note("Until the end."),
    ]
}

extension TurnFailure: SchemaFields {
    package static let schemaName = "TurnError"
    package static let fields: [String: FieldRule] = [
        "code": .note("Stable, snake_case."), "message": .note("For people."), "retryable": .note("Whether the same request may succeed later."),
    ]
}

extension SessionOpened: SchemaFields {
    package static let schemaName = "SessionEvent"
    package static let fields: [String: FieldRule] = [
        "session_id": .note("Where the turn is."), "turn_id": .note("The answer's turn."),
        "created": .note("Whether the session was made for this turn."),
    ]
}

extension TurnDone: SchemaFields {
    package static let schemaName = "DoneEvent"
    package static let fields: [String: FieldRule] = [
        "done": .note("True."), "session_id": .note("Where the turn is."), "turn_id": .note("The answer's turn."),
        "finish_reason": .note("Why the answer ended."), "cascade_tier": .note("The narrowest scope that gave enough evidence."),
        "usage": .note("Tokens, as the model's provider counted them."), "timings": .note("How long each step took."),
    ]
}
