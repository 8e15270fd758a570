import TestSupport
import Testing

@testable import SearchIndex

struct SmallestFirstTests {
    @Test(arguments: [1, 2, 7, 100, 1_000])
    func keepsTheBest(capacity: Int) {
        var random = SeededRandom(seed: UInt64(capacity))
        var heap = SmallestFirst(capacity: capacity)
        var offered: [(score: Float, slot: UInt32)] = []
        #expect(heap.smallest == -Float.infinity)
        for slot in 0..<UInt32(500) {
            let score = Float(Int.random(in: 0..<60, using: &random))
            heap.offer(score, slot)
            offered.append((score, slot))
            let best = offered.sorted { $0.score == $1.score ? $0.slot < $1.slot : $0.score > $1.score }.prefix(capacity)
            let smallest = offered.count < capacity ? -Float.infinity : best.last?.score
            if heap.smallest != smallest { Issue.record("after \(slot): \(heap.smallest)") }
            guard slot % 50 == 49 else { continue }
            #expect(heap.descending.map { $0.slot } == best.map { $0.slot })
            #expect(heap.descending.map { $0.score } == best.map { $0.score })
        }
    }

    @Test func whatComesLaterDoesNotPushOutItsEqual() {
        var heap = SmallestFirst(capacity: 2)
        for slot in [3, 1, 2] as [UInt32] { heap.offer(1, slot) }
        #expect(heap.descending.map { $0.slot } == [1, 2])
        heap.offer(2, 9)
        #expect(heap.descending.map { $0.slot } == [9, 1])
    }
}
