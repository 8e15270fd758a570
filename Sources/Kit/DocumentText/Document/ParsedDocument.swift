/// A document as text with its structure. The text is what people read, quote and cite; offsets are counted in its Unicode scalars.
public struct ParsedDocument: Sendable, Hashable {
    public struct Block: Sendable, Hashable {
        public enum Kind: Sendable, Hashable {
            /// From 1.
            case heading(level: Int)
            case paragraph
            case listItem
            /// A table's row, or another record, as `name: value; name: value`.
            case record
            /// Text whose lines stand as they are.
            case code
        }

        public let kind: Kind
        public let start: Int
        public let end: Int
        /// From 1.
        public let page: Int?

        public init(kind: Kind, start: Int, end: Int, page: Int? = nil) {
            self.kind = kind
            self.start = start
            self.end = end
            self.page = page
        }
    }

    public let title: String?
    public let text: String
    public let blocks: [Block]
    public let pageCount: Int?

    public init(title: String?, text: String, blocks: [Block], pageCount: Int? = nil) {
        self.title = title
        self.text = text
        self.blocks = blocks
        self.pageCount = pageCount
    }
}
