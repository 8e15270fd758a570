import Retrieval
import SchemaReflection
import TimeOrdered

/// The body of `POST /collections`.
struct NewCollection: Decodable, SchemaFields {
    let name: String
    let description: String?
    let visibility: Retrieval.Collection.Visibility?
    let readers: [UUIDv7]?

    static let fields: [String: FieldRule] = [
        "name": .text("Unique among its owner's.", 1...200), "description": .text("What it holds, in words.", 0...4_000),
        "visibility": .note("`private` (if not said): its owner and readers; `workspace`: everybody in it."),
        "readers": .list("Users who may read it beside its owner.", 0...1_000),
    ]

    var change: CollectionChange { CollectionChange(name: name, description: description, visibility: visibility, readers: readers) }
}

/// The body of `PATCH /collections/{id}`: what is not said stays.
struct ChangedCollection: Decodable, SchemaFields {
    let name: String?
    let description: String?
    let visibility: Retrieval.Collection.Visibility?
    let readers: [UUIDv7]?

    static let fields = NewCollection.fields

    var change: CollectionChange { CollectionChange(name: name, description: description, visibility: visibility, readers: readers) }
}
