import SentenceEncoder
import Testing

@Suite struct EncodingPlanTests {
    @Test func eachTextHasOnePlaceAndLongOnesComeFirst() {
        let texts = [3, 900, 1, 400, 400, 2, 500].map { [Int32](repeating: 1, count: $0) }
        let plan = EncodingPlan(texts, batchTokens: 800)
        #expect(plan.batches.map(\.places) == [[1], [6], [3, 4], [0, 5, 2]])
        #expect(plan.batches.map(\.tokens.lengths) == [[900], [500], [400, 400], [3, 2, 1]])
        #expect(plan.batches.allSatisfy { $0.tokens.ids.count == $0.tokens.lengths.reduce(0, +) })
    }

    @Test func nothingMakesNoBatch() { #expect(EncodingPlan([]).batches.isEmpty) }
}
