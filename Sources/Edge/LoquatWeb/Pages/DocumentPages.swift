import Access
import DocumentText
import Hummingbird
import LoquatServer
import NIOPosix
import Retrieval
import TimeOrdered

/// A document's text, with a passage of it marked.
struct DocumentPages {
    let services: ServerServices
    let frames: Frames

    func add(to router: some RouterMethods<ServerContext>) {
        router.get("documents/:id") { request, context in
            let visitor = try await frames.visitor(request)
            let store = services.library.store
            guard let document = try await store.document(context.pageID(), for: visitor.asker),
                let collection = try await store.collection(document.collectionID, for: visitor.asker)
            else { throw PageError.notFound }
            let text = try await store.text(of: document.id, for: visitor.asker) ?? ""
            let range = 0...(1 << 40)
            let (start, end, from) = (
                request.queryNumber("start", in: range), request.queryNumber("end", in: range), request.queryNumber("from", in: range)
            )
            let print = request.uri.queryParameters["print"].map(String.init)
            // Long texts take long to count through.
            let part = try await NIOThreadPool.singleton.runIfActive { DocumentPart(text, from: from, start: start, end: end, print: print) }
            let page = DocumentPage(
                title: document.shownTitle, id: document.id.description, name: document.shownTitle, filename: document.filename ?? "",
                size: ByteCount.text(document.size), problem: document.error?.message, collectionID: collection.id.description,
                collectionName: collection.name, before: part.before, passage: part.passage,
                isChanged: part.isChanged,
                place: request.queryNumber("page", in: 1...1_000_000).map { Self.place($0, of: document.pageCount) }, after: part.after,
                earlier: part.earlier,
                later: part.later)
            return try await frames.page("document", page, for: visitor, at: .collections)
        }
    }

    private static func place(_ page: Int, of pages: Int?) -> String { pages.map { "page \(page) of \($0)" } ?? "page \(page)" }
}

/// As much of a text as one page shows. Offsets are in Unicode scalars.
struct DocumentPart: Sendable, Equatable {
    /// Scalars of a page.
    static let length = 40_000
    /// Scalars shown before a passage.
    static let lead = 5_000
    /// A passage longer than this is marked so far only.
    static let passageLimit = 20_000

    let before: String
    let passage: String?
    /// Another text stands where the passage was.
    let isChanged: Bool
    let after: String
    /// Where the part before begins; nil at the text's beginning.
    let earlier: Int?
    /// Where the next part begins; nil at the text's end.
    let later: Int?

    /// - Parameter print: of the passage as it was cited.
    init(_ text: String, from: Int?, start: Int?, end: Int?, print: String? = nil) {
        let scalars = text.unicodeScalars
        let count = scalars.count
        var marked: Range<Int>?
        if let start, let end, start < end, start < count { marked = start..<min(end, count) }
        let low = min(from ?? marked.map { max(0, $0.lowerBound - Self.lead) } ?? 0, count)
        let high = min(low + Self.length, count)
        func piece(_ range: Range<Int>) -> String {
            let begin = scalars.index(scalars.startIndex, offsetBy: range.lowerBound)
            return String(scalars[begin..<scalars.index(begin, offsetBy: range.count)])
        }
        isChanged = print != nil && (marked == nil || marked.map { AnswerHTML.print(of: piece($0)) } != print)
        if isChanged { marked = nil }
        marked = marked.map { $0.lowerBound..<min($0.upperBound, $0.lowerBound + Self.passageLimit) }
        if let marked, low <= marked.lowerBound, marked.upperBound <= high {
            before = piece(low..<marked.lowerBound)
            passage = piece(marked)
            after = piece(marked.upperBound..<high)
        } else {
            before = piece(low..<high)
            passage = nil
            after = ""
        }
        earlier = low > 0 ? max(0, low - Self.length) : nil
        later = high < count ? high : nil
    }
}
