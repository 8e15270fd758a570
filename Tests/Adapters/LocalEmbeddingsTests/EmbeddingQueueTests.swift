import Retrieval
import SentenceEncoder
import Testing

@testable import LocalEmbeddings

@Suite struct EmbeddingQueueTests {
    private typealias Queue = EmbeddingQueue<String>

    private func queue(texts: Int = 100, bytes: Int = 1000) -> Queue {
        Queue(limits: EmbeddingLimits(waitingTexts: texts, waitingBytes: bytes), dimensions: 1)
    }

    private func add(_ name: String, _ texts: [String], _ priority: EmbeddingPriority, to queue: inout Queue) throws -> Queue.JobID {
        let id = queue.newID()
        try queue.add(id, texts, priority, name)
        return id
    }

    private func isNext(_ id: Queue.JobID, in queue: inout Queue) -> Bool {
        switch queue.next() {
        case .tokenize(let found, _, _), .encode(let found, _): found == id
        case nil: false
        }
    }

    private func isEmpty(_ queue: inout Queue) -> Bool { queue.next().map { _ in true } == nil }

    @Test func questionsGoFirst() throws {
        var queue = queue()
        let first = try add("first", ["a"], .background, to: &queue)
        let second = try add("second", ["a"], .background, to: &queue)
        let question = try add("question", ["a"], .interactive, to: &queue)
        #expect(isNext(question, in: &queue))
        #expect(queue.next(interactiveOnly: true).map { _ in true } == nil)
        #expect(isNext(first, in: &queue))
        let plan = EncodingPlan([[1]])
        #expect(queue.tokenized(first, plan) == 1)
        #expect(isNext(second, in: &queue))
        #expect(isNext(first, in: &queue))
        #expect(isEmpty(&queue))
    }

    @Test func batchesAndDocumentsTakeTurns() throws {
        var queue = queue()
        let documents = try (0..<3).map { try add("document \($0)", ["a"], .background, to: &queue) }
        let batches = try (0..<2).map { try add("batch \($0)", ["a", "b"], .batch, to: &queue) }
        #expect(queue.next(interactiveOnly: true).map { _ in true } == nil)
        for id in [batches[0], documents[0], batches[1], documents[1], documents[2]] { #expect(isNext(id, in: &queue)) }
        #expect(isEmpty(&queue))
        let left = try add("left", ["a"], .batch, to: &queue)
        #expect(queue.remove(left) == "left")
        #expect(isEmpty(&queue))
    }

    @Test func aClientsFewTextsWaitForQuestionsAlone() throws {
        var queue = queue()
        let many = try add("many", ["a", "b"], .batch, to: &queue)
        let document = try add("document", ["a"], .background, to: &queue)
        let few = try (0..<2).map { try add("few \($0)", ["a"], .few, to: &queue) }
        #expect(queue.next(interactiveOnly: true).map { _ in true } == nil, "they interrupt nothing")
        let question = try add("question", ["a"], .interactive, to: &queue)
        for id in [question, few[0], few[1], many, document] { #expect(isNext(id, in: &queue)) }
        #expect(isEmpty(&queue))
        let left = try add("left", ["a"], .few, to: &queue)
        #expect(queue.remove(left) == "left")
        #expect(isEmpty(&queue))
    }

    @Test func vectorsComeInTheOrderOfTheTexts() throws {
        var queue = queue()
        let id = try add("x", ["one", "two", "three"], .background, to: &queue)
        let plan = EncodingPlan([[1], [1, 2, 3], [1, 2]], batchTokens: 3)
        #expect(queue.tokenized(id, plan) == 2)
        #expect(plan.batches.map(\.places) == [[1], [2, 0]])
        #expect(queue.encoded(id, plan.batches[1], [30, 10])?.waiter == nil)
        let done = queue.encoded(id, plan.batches[0], [20])
        #expect(done?.waiter == "x" && done?.result.vectors.values == [10, 20, 30])
        #expect(!queue.isWanted(id))
    }

    @Test func vectorsOfWordsComeInTheOrderOfTheTexts() throws {
        var queue = queue()
        let id = try add("x", ["one", "", "two three"], .background, to: &queue)
        let plan = EncodingPlan([[0, 1, 9], [0, 9], [0, 2, 2, 3, 9]], words: [[1..<2], [], [1..<3, 3..<4]])
        #expect(plan.batches.map(\.places) == [[2, 0, 1]] && plan.batches[0].spans == [1..<3, 3..<4, 6..<7])
        let words = [["one"], [], ["two", "three"]]
        #expect(queue.tokenized(id, plan, words: words) == 1)
        let done = queue.encoded(id, plan.batches[0], [20, 30, 10])
        #expect(done?.result.vectors.values == [10, 20, 30] && done?.result.words == words)
    }

    @Test func noMoreWaitThanMay() throws {
        var queue = queue(texts: 3)
        let id = try add("x", ["a", "b"], .background, to: &queue)
        #expect(throws: EmbeddingError.queueFull(limit: 3)) { try add("y", ["a", "b"], .batch, to: &queue) }
        _ = try add("z", ["a"], .background, to: &queue)
        #expect(queue.remove(id) == "x")
        _ = try add("y", ["a", "b"], .batch, to: &queue)
    }

    @Test func whateverElseWaitsQuestionsHaveRoom() throws {
        var queue = queue(texts: 3, bytes: 10)
        let others = try [EmbeddingPriority.batch, .background].map { try add("x", ["aaaaa"], $0, to: &queue) }
        for priority in EmbeddingPriority.allCases where priority != .interactive {
            #expect(throws: EmbeddingError.queueFull(limit: 3)) { try add("y", ["a", "b"], priority, to: &queue) }
        }
        let question = try add("question", ["aaa", "bbb", "ccc"], .interactive, to: &queue)
        #expect(throws: EmbeddingError.queueFull(limit: 3)) { try add("one more", ["a"], .interactive, to: &queue) }
        for id in others { #expect(queue.remove(id) == "x") }
        #expect(throws: EmbeddingError.queueFull(limit: 3)) { try add("one more", ["a"], .interactive, to: &queue) }
        #expect(queue.remove(question) == "question")
        _ = try add("one more", ["a"], .interactive, to: &queue)
    }

    @Test func bytesAreLimitedTooButOneCallMayComeAlone() throws {
        var queue = queue(bytes: 10)
        let long = String(repeating: "x", count: 50)
        let id = try add("x", [long], .background, to: &queue)
        #expect(throws: EmbeddingError.self) { try add("y", ["a"], .background, to: &queue) }
        #expect(queue.remove(id) == "x")
        _ = try add("y", ["a"], .background, to: &queue)
        #expect(throws: EmbeddingError.self) { try add("x", [long], .background, to: &queue) }
    }

    @Test func whatIsNoLongerWantedIsNotDone() throws {
        var queue = queue()
        let id = try add("x", ["a"], .background, to: &queue)
        #expect(queue.remove(id) == "x" && queue.remove(id) == nil)
        #expect(isEmpty(&queue) && !queue.isWanted(id))
        #expect(queue.tokenized(id, EncodingPlan([[1]])) == 0)
        #expect(isEmpty(&queue))
    }

    @Test func aClosedQueueTakesNothing() throws {
        var queue = queue()
        _ = try add("x", ["a"], .background, to: &queue)
        #expect(queue.close() == ["x"] && isEmpty(&queue))
        #expect(throws: EmbeddingError.closed) { try add("y", ["a"], .interactive, to: &queue) }
    }
}
