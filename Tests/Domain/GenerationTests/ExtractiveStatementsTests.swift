import Conversation
import Generation
import JSON
import Testing
import TimeOrdered

/// What is picked from passages as documents have them: with headings, lists and more than one thing that is asked.
struct ExtractiveStatementsTests {
    private func source(_ number: Int, _ content: String, heading: String? = nil, score: Double = 1, joined: [String] = []) -> Source {
        let id = UUIDv7(high: 1, low: UInt64(number))
        let whole = ([content] + joined).joined(separator: "\n\n")
        var source = Source(
            number: number, chunkID: id, document: .init(id: id, title: "Staff handbook", filename: nil, mediaType: "text/markdown"), metadata: [:],
            content: whole, sectionHeading: heading, sectionAnchor: nil, page: nil, start: 70, end: 70 + whole.unicodeScalars.count, score: score)
        var start = 70
        for part in [content] + joined where !joined.isEmpty {
            source.parts.append(.init(page: nil, start: start))
            start += part.unicodeScalars.count + 2
        }
        return source
    }

    private func answer(_ question: String, _ sources: [Source]) async throws -> String {
        var text = ""
        _ = try await ExtractiveAnswerer().generate(GenerationRequest(model: nil, messages: [], question: question, sources: sources)) {
            for case .text(let piece) in $0 { text += piece }
        }
        var checker = CitationChecker(sources: sources)
        for case .citation(let citation) in checker.feed(text) + checker.finish() {
            #expect(citation.status == .verified, "\(text)")
        }
        return text
    }

    // MARK: Several questions

    private var company: [Source] {
        [
            source(1, "Each employee has 27 days of paid leave. Leave is asked for in the portal.", score: 0.6),
            source(2, "The Premium plan costs 49 euros a month. The Basic plan costs nothing.", score: 0.4),
            source(3, "A doctor's note is needed from the third day of an illness.", score: 0.5),
        ]
    }

    @Test func eachOfSeveralQuestionsIsAnswered() async throws {
        let question = "How many days of paid leave are there? What does the Premium plan cost? When is a doctor's note needed?"
        let text = try await answer(question, company)
        #expect(
            text == """
                Each employee has 27 days of paid leave [1]. The Premium plan costs 49 euros a month [2]. \
                A doctor's note is needed from the third day of an illness [3].
                """)
    }

    @Test func whatAnswersTwoQuestionsIsSaidOnce() async throws {
        let text = try await answer("What does the Premium plan cost? Is the Premium plan 49 euros?", company)
        #expect(text == "The Premium plan costs 49 euros a month [2].")
    }

    @Test func aQuestionThatNothingAnswersBringsNothing() async throws {
        let text = try await answer("How many days of paid leave are there? Which day does the zeppelin hangar open?", company)
        #expect(text == "Each employee has 27 days of paid leave [1].")
    }

    // MARK: Headings

    private static let leave = "Sick leave\n\nWho is ill calls the office before nine."

    @Test(arguments: ["How long is parental leave?", "parental leave?"])
    func aHeadingIsNoAnswer(question: String) async throws {
        let text = "Parental leave\n\nBoth parents may stay at home for 16 weeks.\n\n" + Self.leave
        #expect(try await answer(question, [source(1, text)]) == "Both parents may stay at home for 16 weeks [1].")
    }

    @Test func aHeadingOfWhatWasJoinedIsNoAnswer() async throws {
        let passage = source(1, "Holidays\n\nThe office closes for Christmas.", heading: "Leave › Holidays", joined: [Self.leave, "Overtime"])
        #expect(try await answer("sick leave?", [passage]) == "Who is ill calls the office before nine [1].")
        #expect(try await answer("Is overtime ill?", [passage]) == "Who is ill calls the office before nine [1].")
    }

    @Test func aFirstLineAndAQuestionAreHeadings() async throws {
        let text = "Parental leave\nBoth parents may stay at home for 16 weeks.\n\nWhat about overtime?\n\nEach hour is paid at a higher rate."
        #expect(try await answer("How long is parental leave?", [source(1, text)]) == "Both parents may stay at home for 16 weeks [1].")
        #expect(try await answer("What about overtime?", [source(1, text)]) == "Each hour is paid at a higher rate [1].")
    }

    @Test func aWrappedLineIsNoHeading() async throws {
        let text = "The head office stands in\nBerlin near the river."
        #expect(try await answer("Where is the head office?", [source(1, text)]) == "The head office stands in Berlin near the river [1].")
    }

    @Test func aLineThatIsAllThereIsAnswers() async throws {
        #expect(try await answer("Which ports stay open?", [source(1, "Ports 80 and 443 stay open")]) == "Ports 80 and 443 stay open [1].")
    }

    // MARK: What goes on about the same

    @Test func aSentenceThatGoesOnAboutItBelongsToIt() async throws {
        let text = "The Aldrin Bridge opened in 1974 and is 812 metres long. It carries six lanes. Its architect was Marta Olsen. It is red."
        let found = try await answer("Who was the architect of the Aldrin Bridge?", [source(1, text)])
        #expect(found == "The Aldrin Bridge opened in 1974 and is 812 metres long [1]. Its architect was Marta Olsen [1].")
    }

    // MARK: Lists

    private static let browsers = ["Chrome 120 or later", "Firefox 115 or later", "Safari 17 or later", "Edge 120 or later"]

    private static let updates = "\n\nUpdates come each month. They are free."

    @Test(arguments: ["\n\n", "\n- ", "\n* "])
    func aListIsGivenWhole(separator: String) async throws {
        let text = "The following browsers are supported:" + Self.browsers.map { separator + $0 }.joined() + Self.updates
        let found = try await answer("Which browsers are supported?", [source(1, text)])
        #expect(found == "The following browsers are supported [1]:" + Self.browsers.map { "\n- \($0) [1]" }.joined())
        #expect(try await answer("Is Safari 17 there?", [source(1, text)]) == "Safari 17 or later [1].")
    }

    @Test func aListUnderAHeadingIsGivenWholeWithoutTheNextHeading() async throws {
        let text = "Supported browsers\n\n" + Self.browsers.joined(separator: "\n\n")
        let passage = source(1, text, heading: "Supported browsers", joined: ["Updates\n\nUpdates come each month. They are free."])
        #expect(try await answer("Which browsers are supported?", [passage]) == Self.browsers.map { "- \($0) [1]" }.joined(separator: "\n"))
    }

    @Test func aLongListIsCutAndShowsIt() async throws {
        let many = (1...14).map { "- Printer model L\($0)x" }.joined(separator: "\n")
        let text = try await answer("Which printers are there?", [source(1, "These are our printers:\n" + many)])
        #expect(text.split(separator: "\n").count == 12)
        #expect(text.hasSuffix("\n- Printer model L10x [1]\n- …"))
        let long = (1...4).map { "- Scanner \($0) reads " + String(repeating: "paper ", count: 40) }.joined(separator: "\n")
        let cut = try await answer("Which scanners are there?", [source(1, "These are our scanners:\n" + long)])
        #expect(cut.split(separator: "\n").count == 4 && cut.hasSuffix("\n- …"))
    }

    // MARK: Sources

    @Test func whatTheSearchFoundMuchBetterIsTold() async throws {
        let sources = [
            source(1, "Annual leave is 27 days. It is asked for in the portal.", score: 0.65),
            source(2, "On a skiing vacation you get six days of snow. Vacation days in the Alps are many.", score: 0.25),
        ]
        #expect(try await answer("How many vacation days do I get?", sources) == "Annual leave is 27 days [1].")
    }

    @Test func whatWasFoundNearlyAsWellStandsBeside() async throws {
        let sources = [
            source(1, "The reset button is red.", score: 0.65), source(2, "Hold the reset button for ten seconds.", score: 0.6),
            source(3, "A reset button of old radios is black.", score: 0.25),
        ]
        #expect(try await answer("reset button", sources) == "The reset button is red [1]. Hold the reset button for ten seconds [2].")
    }
}
