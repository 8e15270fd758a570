import Conversation
import JSON
import Testing
import TimeOrdered

@testable import LoquatWeb

struct SharedPageTests {
    private let turn = TurnID(high: 0, low: 1)

    private func source(_ number: Int) -> Source {
        Source(
            number: number, chunkID: turn, document: .init(id: turn, title: "Title \(number)", filename: nil, mediaType: "text/plain"),
            metadata: [:], content: "Secret \(number). Quote \(number).", sectionHeading: "Heading", sectionAnchor: nil, page: number, start: 0,
            end: 20, score: 1)
    }

    private func citation(_ number: Int?, _ quote: String?) -> Citation {
        Citation(
            number: number, citedNumber: number, start: 0, end: 1, status: .verified, support: 1,
            quote: quote.map { .init(chunkID: turn, documentID: turn, page: 7, start: 0, end: 1, text: $0) })
    }

    private func shared(_ citations: [Citation]) throws -> SharedPage.Turn {
        let row = TurnRow(
            id: turn, sessionID: turn, position: 1, role: .assistant, status: .complete, createdAt: Timestamp(milliseconds: 0))
        let message = AssistantMessage(
            turnID: turn, userTurnID: turn, content: "Said [2].", status: .complete, finishReason: .stop, failure: nil, model: nil,
            citations: citations, recording: StreamRecording(), usage: nil, timings: nil)
        let frozen = SourcesFrozen(turnID: turn, cascadeTier: .global, sources: (1...3).map(source))
        return try #require(SharedPage.Turn(row, content: .assistantMessage(message), sources: frozen))
    }

    @Test func ofSourcesOnlyWhatIsQuotedIsShown() throws {
        let shown = try shared([
            citation(3, "Quote 3."), citation(2, "Quote 2."), citation(3, "More."), citation(3, "Quote 3."), citation(nil, nil),
        ])
        #expect(shown.hasSources && shown.sources.map(\.number) == ["2", "3"])
        #expect(shown.sources.map(\.title) == ["Title 2", "Title 3"] && shown.sources.map(\.section) == ["page 2 · Heading", "page 3 · Heading"])
        #expect(shown.sources.map(\.quotes) == [["Quote 2."], ["Quote 3.", "More."]])
        let page = Templates.shared.text("shared", SharedPage(title: "t", turns: [shown], later: nil, earlier: nil))
        for quote in ["Quote 2.", "Quote 3.", "More."] { #expect(page.contains("<blockquote dir=\"auto\">\(quote)</blockquote>")) }
        #expect(!page.contains("Secret") && !page.contains("Title 1") && !page.contains("Quote 1"))
    }

    @Test func whatNothingQuotesIsNamedAtTheMost() throws {
        let shown = try shared([citation(1, nil)])
        #expect(shown.sources.map(\.title) == ["Title 1"] && shown.sources.map(\.quotes) == [[]])
        #expect(try !shared([]).hasSources)
    }

    @Test func ofManyQuotesTheFirstAreShownAndTheOthersCounted() throws {
        let many = (1...3_000).map { citation(2, "Quote \($0) of many.") }
        let shown = try shared(many + many + [citation(3, "Alone.")])
        #expect(shown.sources.map(\.quotes.count) == [20, 1] && shown.sources[0].quotes.last == "Quote 20 of many.")
        #expect(shown.sources.map(\.moreQuotes) == ["And 2980 more.", nil])
        let page = Templates.shared.text("shared", SharedPage(title: "t", turns: [shown], later: nil, earlier: nil))
        #expect(page.contains("And 2980 more.") && !page.contains("Quote 21 of"))
    }
}
