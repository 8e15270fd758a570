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
