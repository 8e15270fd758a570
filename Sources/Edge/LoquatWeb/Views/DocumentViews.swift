import Access
import DocumentText
import Retrieval
import TimeOrdered

struct CollectionsPage: Sendable {
    struct CollectionLink: Sendable {
        let id: String
        let name: String
        let description: String
        let documents: String
        let readable: String
    }

    let title = "Documents"
    let collections: [CollectionLink]
    let more: String?
    let mayWrite: Bool
}

extension CollectionsPage.CollectionLink {
    init(_ collection: Retrieval.Collection) {
        id = collection.id.description
        name = collection.name
        description = collection.description
        documents = collection.documentCount == 1 ? "1 document" : "\(collection.documentCount) documents"
        readable = collection.readable
    }
}

extension Retrieval.Collection {
    /// Who may read it, in words.
    var readable: String {
        switch visibility {
        case .workspace: "Everybody in the workspace may read it"
        case .private where readers.isEmpty: "Only its owner may read it"
        case .private: readers.count == 1 ? "Its owner and one other may read it" : "Its owner and \(readers.count) others may read it"
        }
    }
}

struct CollectionPage: Sendable {
    struct Person: Sendable {
        let id: String
        let email: String
        /// Nil where they have none.
        let fullName: String?
        let isReader: Bool
    }

    let title: String
    let id: String
    let name: String
    let description: String
    let readable: String
    let isShared: Bool
    let people: [Person]
    /// Whether others than `people` may be made readers.
    let namesOthers: Bool
    let uploadBytes: Int
    let uploadLimit: String
    /// Whether its name, readers and end are the visitor's to decide.
    let mayManage: Bool
    // As in `DocumentList`, whose template is a part of this page.
    let collectionID: String
    let cursor: String?
    let documents: [DocumentRow]
    let moreDocuments: String?
    let isBusy: Bool
    let mayFill: Bool
}

extension CollectionPage.Person {
    init(_ user: User, isReader: Bool) {
        self.init(id: user.id.description, email: user.email, fullName: user.name.isEmpty ? nil : user.name, isReader: isReader)
    }
}

struct DocumentList: Sendable {
    let collectionID: String
    let cursor: String?
    let documents: [DocumentRow]
    let moreDocuments: String?
    /// Whether one of them is still being read.
    let isBusy: Bool
    /// Whether the visitor may put documents in and take them out.
    let mayFill: Bool
}

struct DocumentRow: Sendable {
    let id: String
    let title: String
    let filename: String
    let size: String
    let status: String
    let state: String
    let problem: String?
}

extension Document {
    /// Its title comes with its text; until then it is known by its file.
    var shownTitle: String { title.isEmpty ? filename ?? "Untitled" : title }
}

extension DocumentRow {
    init(_ document: Document) {
        id = document.id.description
        title = document.shownTitle
        filename = document.filename ?? ""
        size = ByteCount.text(document.size)
        status = document.status.rawValue
        problem = document.error?.message
        state =
            switch document.status {
            case .queued: "waiting"
            case .processing: "reading \(Int(document.progress * 100)) %"
            case .ready: "ready"
            case .failed: "cannot be read"
            }
    }
}

/// A part of a document's text.
struct DocumentPage: Sendable {
    let title: String
    let id: String
    let name: String
    let filename: String
    let size: String
    let problem: String?
    let collectionID: String
    let collectionName: String
    let before: String
    let passage: String?
    /// The document is another than the one that was cited.
    let isChanged: Bool
    /// Where the passage stands, in words.
    let place: String?
    let after: String
    /// Where the parts before and behind begin, in Unicode scalars.
    let earlier: Int?
    let later: Int?
}

/// Sizes for people.
enum ByteCount {
    static func text(_ bytes: Int) -> String {
        switch bytes {
        case ..<1_024: "\(bytes) bytes"
        case ..<(1 << 20): "\((bytes + 512) >> 10) KiB"
        default: "\((bytes + (1 << 19)) >> 20) MiB"
        }
    }
}
