import DocumentText
import JSON
import Retrieval
import SchemaReflection
import TimeOrdered

/// The JSON body of `POST /documents`.
struct NewDocument: Decodable, SchemaFields {
    static let titleLimit = 1_000

    let text: String
    let title: String?
    let filename: String?
    let mediaType: String?
    let collectionID: UUIDv7
    let metadata: JSONObject?

    static let fields: [String: FieldRule] = [
        "text": .note("The document."), "title": .text("What it is called; its first heading or its file's name if not said.", 0...titleLimit),
        "filename": .note("Its file's name; a new version under the same name takes its place."),
        "media_type": .oneOf("What it is read as; by its file's name, else `text/plain`, if not said.", DocumentFormat.textual.map(\.mediaType)),
        "collection_id": .note("Where it goes."), "metadata": .note("Whatever is to be known of it: `creator`, `slug`, `topic_category`, …."),
    ]

    /// The same as a form with a file.
    static let form = TypeSchema.object(
        ObjectSchema(
            name: nil,
            members: [
                .init(name: "file", schema: .string(StringRule(format: "binary")), isRequired: true, note: "The file, with its name."),
                .init(name: "collection_id", schema: .uuid, isRequired: true, note: "Where it goes."),
                .init(name: "title", schema: .string(StringRule(length: 0...titleLimit)), isRequired: false, note: "What it is called."),
                .init(name: "metadata", schema: .map(.anything), isRequired: false, note: "A JSON object."),
            ]))
}
