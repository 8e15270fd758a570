import SearchIndex
import Testing

@testable import Retrieval

/// What a turn is taken to ask for.
struct SearchQuestionTests {
    private func terms(_ text: String) -> [String: Float] { LexicalIndex().terms(text) }

    @Test func aFirstTurnIsSearchedAsItIs() {
        let question = SearchQuestion("How tall does a loquat tree grow?")
        #expect(question.earlier.isEmpty && question.evidenceText == question.text && question.texts == [question.text])
        #expect(question.terms(terms) == terms(question.text))
    }

    @Test func aTurnLeansOnTheOneBeforeAndOnTheFirst() {
        let question = SearchQuestion("Yes, the second one please.", after: ["loquat trees", "rivers", "height and harvest"])
        #expect(question.earlier == ["height and harvest", "loquat trees"])
        let weighed = question.terms(terms)
        #expect(weighed["loquat"] == Float(question.weight) && weighed["harvest"] == Float(question.weight))
        #expect(weighed["river"] == nil)
        #expect(question.evidenceText == "height and harvest\nYes, the second one please.")
    }

    @Test func theLessATurnSaysTheMoreItLeans() {
        let vague = SearchQuestion("And that one?", after: ["x"])
        let clear = SearchQuestion("Which mountain ranges border the northern plains of Kazakhstan today", after: ["x"])
        #expect(vague.weight > clear.weight)
        #expect(SearchQuestion.leans("And that one?") && !SearchQuestion.leans("Which mountain ranges border northern Kazakhstan plains today?"))
    }

    @Test func whatTheTurnSaysItselfCountsInFull() {
        let question = SearchQuestion("loquat harvest?", after: ["loquat height"])
        #expect(question.terms(terms)["loquat"] == 1)
    }

    @Test func whatAModelTakesItToMeanStandsForWhatWasSaid() {
        let question = SearchQuestion("the second one", after: ["a", "b"], rewritten: "When is the loquat ripe?")
        #expect(question.earlier == ["When is the loquat ripe?"] && question.evidenceText == "When is the loquat ripe?")
    }

    @Test func severalQuestionsAreParted() {
        let asked = SearchQuestion("How tall is the tree? When is the harvest due? Thanks!", after: ["the loquat"])
        #expect(asked.parts().map(\.text) == ["How tall is the tree?", "When is the harvest due?"].filter { terms($0).count >= 2 })
        #expect(asked.parts().map(\.earlier) == [["the loquat"], ["the loquat", "How tall is the tree?"]])
    }

    @Test func whatIsToldBesideQuestionsBelongsToEach() {
        let parts = SearchQuestion("My device is the PX-400. How do I reset the clock? How do I charge it at home?").parts()
        #expect(parts.map(\.text) == ["How do I reset the clock?", "How do I charge it at home?"])
        #expect(parts[0].earlier == ["My device is the PX-400."])
        #expect(parts[1].earlier == ["How do I reset the clock?", "My device is the PX-400."])
        #expect(parts.allSatisfy { $0.evidenceText.contains("PX-400") && $0.weight > 0 })
        let rewritten = SearchQuestion("How does one reset the clock? How does one charge the PX?", rewritten: "the PX-400").parts()
        #expect(rewritten.count == 2 && rewritten.allSatisfy { $0.weight >= 0.5 && $0.earlier.first == "the PX-400" })
    }

    @Test func aSentenceMayAskSeveralQuestions() {
        let text = "What is the daily allowance abroad, how much does a lost badge cost, and what is the maximum load of crane K-7?"
        #expect(
            SearchQuestion(text).parts().map(\.text) == [
                "What is the daily allowance abroad,", "how much does a lost badge cost,", "what is the maximum load of crane K-7?",
            ])
        let two = SearchQuestion("Where is the harbour office and who pays the captain?").parts().map(\.text)
        #expect(two == ["Where is the harbour office", "who pays the captain?"])
    }

    @Test(arguments: [
        "How tall is the loquat tree?", "No question at all.", "Why? How? When?", "", "? ? ? ?", "If I pay the rent late, what does it cost me?",
        "When and where does the ship sail?", "Do you know what the ship costs and where the harbour is?",
    ])
    func oneQuestionStaysWhole(text: String) {
        #expect(SearchQuestion(text).parts() == [SearchQuestion(text)])
    }

    /// What was pasted may be of any length; what is asked stands before it or behind it.
    @Test func aLongTextIsSearchedByItsEndsToo() {
        let parts = SearchQuestion("How tall is the tree? " + String(repeating: "2026-01-01 error in line 7. ", count: 100) + "What is wrong?")
            .parts()
        #expect(parts.count == 3 && parts[1].text.hasPrefix("How tall is") && parts[2].text.hasSuffix("What is wrong?"))
        #expect(parts.dropFirst().allSatisfy { $0.text.unicodeScalars.count <= 400 })
    }

    @Test func manyQuestionsAreSearchedAsOne() {
        let text = (1...9).map { "How tall is tree number \($0) here?" }.joined(separator: " ")
        #expect(SearchQuestion(text).parts().count == 1)
    }
}
