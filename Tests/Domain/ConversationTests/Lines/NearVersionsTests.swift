import Conversation
import Testing
import TimeOrdered

struct NearVersionsTests {
    private func ids(_ count: Int) -> [TurnID] { (0..<count).map { TurnID(high: 0, low: UInt64($0)) } }

    @Test func allAreToldWhereTheyAreFew() {
        for count in [1, 2, NearVersions.limit] {
            let all = ids(count)
            for turn in all { #expect(NearVersions(of: turn, among: all) == NearVersions(ids: all)) }
        }
    }

    @Test func ofManyTheNearestAreTold() {
        for count in [NearVersions.limit + 1, 3 * NearVersions.limit] {
            let all = ids(count)
            for (index, turn) in all.enumerated() {
                let near = NearVersions(of: turn, among: all)
                #expect(near.isCut && near.ids.count == NearVersions.limit && near.ids.contains(turn))
                #expect(near.ids == near.ids.sorted())
                // No turn that is left out stands nearer than one that is told, but for where one side has too few.
                let (before, after) = (near.ids.count { $0 < turn }, near.ids.count { $0 > turn })
                #expect(before == min(index, max(NearVersions.limit / 2, NearVersions.limit + index - count)))
                #expect(after == NearVersions.limit - 1 - before)
            }
        }
    }

    @Test func aTurnThatIsNotAmongThemIsToldAlone() {
        #expect(NearVersions(of: TurnID(high: 1, low: 1), among: ids(3)) == NearVersions(ids: [TurnID(high: 1, low: 1)]))
    }
}
