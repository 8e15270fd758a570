import Conversation
import Testing
import TimeOrdered

@testable import LoquatWeb

struct TemplatesTests {
    private let hostile = "<script>alert(1)</script>\"\u{301} onload=x' &\u{202e}"
    private let written = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;\u{301} onload=x&#39; &amp;"

    private func turn() -> TurnView {
        TurnView(
            id: "1", role: "assistant", speaker: "Answer", status: "complete", html: "<p>kept</p>", state: hostile, hasSources: true,
            sources: [SourceView(number: "1", passage: hostile, title: hostile, section: hostile, summary: hostile)],
            versions: VersionsView(of: versions[1], among: NearVersions(ids: versions)), isHidden: true, isAnswer: true, mayContinue: true,
            isRatedUp: true)
    }

    private let versions = [TurnID(high: 0, low: 1), TurnID(high: 0, low: 2)]

    private func branch() -> BranchView {
        BranchView(
            name: hostile, path: "p", isCurrent: true, isMain: true,
            children: [BranchView(name: hostile, path: "q", isCurrent: false, isMain: false)])
    }

    private func frame() -> Frame {
        Frame(
            visitor: .init(email: hostile, csrfToken: hostile), pinned: [SessionLink(id: "2", title: hostile, isCurrent: false)], hasPinned: true,
            morePinned: "3", sessions: [SessionLink(id: "1", title: hostile, isCurrent: true)],
            moreSessions: "2", current: "1", managesUsers: true, atCollections: true, atUsers: false,
            atAccount: false)
    }

    private func row() -> DocumentRow {
        DocumentRow(id: "1", title: hostile, filename: hostile, size: "1 byte", status: "failed", state: "failed", problem: hostile)
    }

    /// Every page and part, with hostile words in each place that words of others reach.
    private var pages: [(name: String, text: String)] {
        let session = SessionPage(
            title: hostile, session: .init(id: "1", title: hostile, position: "3:0", head: "4"), turns: [turn()], earlier: 160, hasLater: true,
            elsewhere: .init(turn: "2", branch: "a%20b"), undone: "7", hasBranches: true, branches: [branch()],
            choices: [.init(id: "1", name: hostile, isChosen: true)], hasNoDocuments: true, needsPassword: true)
        let collections = CollectionsPage(
            collections: [.init(id: "1", name: hostile, description: hostile, documents: "1 document", readable: "x")], more: "2", mayWrite: true)
        let collection = CollectionPage(
            title: hostile, id: "1", name: hostile, description: hostile, readable: "x", isShared: false,
            people: [.init(id: "1", email: hostile, fullName: hostile, isReader: true)], namesOthers: true, uploadBytes: 1, uploadLimit: "1",
            mayManage: true, collectionID: "1",
            cursor: nil,
            documents: [row()], moreDocuments: "2", isBusy: true, mayFill: true)
        let document = DocumentPage(
            title: hostile, id: "1", name: hostile, filename: hostile, size: "1", problem: hostile, collectionID: "1", collectionName: hostile,
            before: hostile, passage: hostile, isChanged: true, place: hostile, after: hostile, earlier: 1, later: 2)
        let card = CardView(
            title: hostile, explanation: hostile, problem: hostile, action: "/login", formToken: "t", to: hostile, email: hostile, button: "b")
        let users = UsersPage(
            users: [
                UserView(
                    id: "1", email: hostile, fullName: hostile, roleName: "viewer", isSuspended: true, isVisitor: true, isManaged: true,
                    roles: [.init(role: "viewer", isChosen: true)])
            ], cursor: hostile, moreUsers: "2", newRoles: [.init(role: "viewer", isChosen: true)], passwordMinimum: 8, passwordMaximum: 9)
        let key = KeyView(
            id: "1", name: hostile, prefix: hostile, scopes: hostile, made: hostile, lastUsed: hostile, expiry: hostile)
        let accounts = [true, false].map { hasPassword in
            AccountPage(
                email: hostile, fullName: hostile, hasPassword: hasPassword, passwordMinimum: 8, passwordMaximum: 9, importBytes: 10,
                importLimit: hostile, keys: [key], cursor: hostile, moreKeys: "2", scopes: [.init(scope: "chat", meaning: hostile, isChosen: true)])
        }
        let line = AuditLine(
            time: hostile, actor: hostile, action: hostile, target: hostile, details: hostile, credential: hostile, address: hostile)
        let comparison = ComparisonPage(
            title: hostile, sessionID: "1", sessionTitle: hostile, shared: "The first 2 messages are the same.",
            sides: [
                .init(name: hostile, isCurrent: false, path: "p", said: [turn()], isEmpty: false, isCut: true),
                .init(name: hostile, isCurrent: true, path: "q", said: [], isEmpty: true, isCut: false),
            ])
        let shared = SharedPage(
            title: hostile,
            turns: [
                .init(
                    role: "assistant", speaker: "Answer", html: "<p>kept</p>", hasSources: true,
                    sources: [.init(number: "1", title: hostile, section: hostile, quotes: [hostile, "second"])])
            ], later: "/shared/t?from=200", earlier: nil)
        let archive = ArchivePage(
            archived: [SessionLink(id: "1", title: hostile, isCurrent: false)], cursor: nil, moreArchived: "2")
        let edit = SessionEdit(id: "1", name: hostile, isCurrent: true, isPinned: true, isArchived: false)
        let list = SessionList(pinned: frame().pinned, hasPinned: true, morePinned: "4", sessions: frame().sessions, moreSessions: nil)
        let error = ErrorView(title: hostile, detail: hostile, requestID: hostile, again: hostile)
        return [
            ("session", Templates.shared.text("session", Framed(frame: frame(), content: session))),
            ("collections", Templates.shared.text("collections", Framed(frame: frame(), content: collections))),
            ("collection", Templates.shared.text("collection", Framed(frame: frame(), content: collection))),
            ("document", Templates.shared.text("document", Framed(frame: frame(), content: document))),
            ("users", Templates.shared.text("users", Framed(frame: frame(), content: users))),
            ("account", Templates.shared.text("account", Framed(frame: frame(), content: accounts[0]))),
            ("first account", Templates.shared.text("account", Framed(frame: frame(), content: accounts[1]))),
            ("audit", Templates.shared.text("audit", Framed(frame: frame(), content: AuditPage(entries: [line], moreEntries: "2")))),
            ("comparison", Templates.shared.text("comparison", Framed(frame: frame(), content: comparison))),
            ("archive", Templates.shared.text("archive", Framed(frame: frame(), content: archive))),
            ("search", Templates.shared.text("search", Framed(frame: frame(), content: SearchPage(query: hostile, queryMaximum: 9)))),
            ("shared", Templates.shared.text("shared", shared)),
            ("edit", Templates.shared.text("edit", edit)),
            ("login", Templates.shared.text("login", card)),
            ("error", Templates.shared.text("error", error)),
            ("sessions", Templates.shared.text("sessions", list)),
            ("links", Templates.shared.text("links", list)), ("pinned", Templates.shared.text("pinned", list)),
        ]
    }

    @Test func wordsOfOthersAreEscapedEverywhere() {
        for (name, text) in pages {
            #expect(text.utf8.firstRange(of: Array(written.utf8)) != nil, "\(name) shows nothing of it")
            #expect(text.utf8.firstRange(of: Array("<script>alert".utf8)) == nil, "\(name)")
            #expect(text.utf8.firstRange(of: Array("\"\u{301}".utf8)) == nil, "\(name)")
            #expect(text.utf8.firstRange(of: Array("x' &".utf8)) == nil, "\(name)")
        }
    }

    /// A name that a view lacks is left out silently, and so is a part that does not exist: what is asked for is looked at here.
    @Test func nothingIsInlineAndNothingIsElsewhere() {
        for (name, text) in pages {
            #expect(!text.contains("<style") && !text.contains("style=") && !text.contains("javascript:"), "\(name)")
            #expect(!text.contains("http:") && !text.contains("https:"), "\(name)")
            for script in text.split(separator: "<script").dropFirst() {
                #expect(script.hasPrefix(" src=\"/assets/") && script.contains("defer></script>"), "\(name): \(script.prefix(80))")
            }
            #expect(!text.contains("{{"), "\(name)")
        }
    }

    @Test func onlyTheRenderersMarkupIsMarkup() {
        let page = pages[0].text
        #expect(page.contains("<div class=\"words\" dir=\"auto\" hx-disable><p>kept</p></div>"))
        #expect(WebAssets.shared.templates.filter { $0.value.contains("{{{") || $0.value.contains("{{&") }.map(\.key) == ["words"])
    }

    @Test func aPageFindsWhatItsFrameKnows() {
        let page = pages[0].text
        #expect(page.contains("data-session=\"1\" data-position=\"3:0\""))
        #expect(page.contains("aria-current=\"page\""))
        #expect(page.contains("href=\"/sessions/1?turns=160\""))
        #expect(page.contains("<option value=\"1\" selected>"))
        #expect(page.contains(AssetURLs.shared.conversation))
    }

    @Test func bothListsAtTheSideLeadOn() throws {
        let page = pages[0].text
        #expect(page.contains("hx-get=\"/sessions?pinned=1&amp;cursor=3&amp;current=1\"") && page.contains("hx-get=\"/sessions?cursor=2&amp;"))
        let pinned = try #require(pages.first { $0.name == "pinned" }).text
        #expect(pinned.contains("href=\"/sessions/2\"") && pinned.contains("hx-get=\"/sessions?pinned=1&amp;cursor=4\""))
        #expect(!pinned.contains("href=\"/sessions/1\""))
    }

    @Test func aTurnShowsWhatCanBeDoneWithIt() {
        let page = pages[0].text
        #expect(page.contains("<span class=\"place\">2 of 2</span>"))
        #expect(page.contains("data-act=\"previous\" data-version=\"\(versions[0])\""))
        #expect(page.contains("data-act=\"next\" data-version=\"\" aria-label=\"Next version\" disabled"))
        #expect(page.contains("data-act=\"continue\"") && page.contains("data-hides=\"false\">Show</button>"))
        #expect(page.contains("aria-label=\"Good answer\" aria-pressed=\"true\""))
        #expect(page.contains("aria-label=\"Bad answer\" aria-pressed=\"false\""))
    }

    @Test func branchesStandUnderThoseThatTheyBeginOn() {
        let page = pages[0].text
        #expect(page.contains("href=\"/sessions/1/branches/q\""))
        #expect(!page.contains("href=\"/sessions/1/branches/p\""))
        #expect(page.contains("data-act=\"rename\" data-branch=\"q\"") && !page.contains("data-act=\"rename\" data-branch=\"p\""))
    }

    /// Whoever has the link may not see more than what is on it.
    @Test func aSharedPageLeadsToNothing() throws {
        let page = try #require(pages.first { $0.name == "shared" }).text
        #expect(page.contains("content=\"noindex\"") && page.contains("<p>kept</p>"))
        #expect(!page.contains("href=\"/documents") && !page.contains("href=\"/sessions") && !page.contains("csrf"))
    }
}
