import TestSupport
import Testing

@testable import SearchIndex

struct SmallestFirstTests {
    @Test(arguments: [1, 2, 7, 100, 1_000])
    func keepsTheBest(capacity: Int) {
        var random = SeededRandom(seed: UInt64(capacity))
        var heap = SmallestFirst(capacity: capacity, of: Int.self)
        var offered: [(score: Float, key: Int64)] = []
        #expect(heap.smallest == -Float.infinity)
        for place in 0..<500 {
            let score = Float(Int.random(in: 0..<60, using: &random))
            let key = Int64(place * 7 % 500)
            heap.offer(score, key, place)
            offered.append((score, key))
            let best = offered.sorted { $0.score == $1.score ? $0.key < $1.key : $0.score > $1.score }.prefix(capacity)
            let smallest = offered.count < capacity ? -Float.infinity : best.last?.score
            if heap.smallest != smallest { Issue.record("after \(place): \(heap.smallest)") }
            guard place % 50 == 49 else { continue }
            #expect(heap.descending.map(\.key) == best.map(\.key))
            #expect(heap.descending.map(\.score) == best.map(\.score))
            #expect(heap.descending.allSatisfy { $0.key == Int64($0.place * 7 % 500) })
        }
    }

    @Test func theHigherKeyDoesNotPushOutItsEqual() {
        var heap = SmallestFirst(capacity: 2, of: Void.self)
        for key in [3, 1, 2] as [Int64] { heap.offer(1, key, ()) }
        #expect(heap.descending.map(\.key) == [1, 2])
        heap.offer(2, 9, ())
        #expect(heap.descending.map(\.key) == [9, 1])
    }
}
