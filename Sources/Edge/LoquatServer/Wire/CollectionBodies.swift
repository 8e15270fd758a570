package import Access
import Retrieval
package import SchemaReflection
import TimeOrdered

/// The body of `POST /collections`.
struct NewCollection: Decodable, SchemaFields {
    let name: String
    let description: String?
    let visibility: Retrieval.Collection.Visibility?
    let readers: [UserReference]?

    static let fields: [String: FieldRule] = [
        "name": .text("Unique among its owner's.", 1...DisplayName.longest, form: .name), "description": .text("What it holds, in words.", 0...4_000),
        "visibility": .note("`private` (if not said): its owner and readers; `workspace`: everybody in it."),
        "readers": .list("Users who may read it beside its owner, each by id or e-mail address.", 0...1_000),
    ]

    func change(readers: [UserID]?) -> CollectionChange {
        CollectionChange(name: name, description: description, visibility: visibility, readers: readers)
    }
}

/// The body of `PATCH /collections/{id}`: what is not said stays.
struct ChangedCollection: Decodable, SchemaFields {
    let name: String?
    let description: String?
    let visibility: Retrieval.Collection.Visibility?
    let readers: [UserReference]?

    static let fields = NewCollection.fields

    func change(readers: [UserID]?) -> CollectionChange {
        CollectionChange(name: name, description: description, visibility: visibility, readers: readers)
    }
}

extension UserReference: Decodable, SchemaValue {
    package static var schema: TypeSchema { .string(StringRule(length: 3...EmailAddress.longest, form: .user)) }
    package static var placeholder: UserReference { .id(.placeholder) }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        self = UUIDv7(text).map { .id($0) } ?? .email(text)
    }
}

extension TextForm {
    fileprivate static let user = TextForm(pattern: "\(uuid.pattern)|\(email.pattern)", message: "must be a user's id or e-mail address") {
        uuid.holds($0) || email.holds($0)
    }
}
