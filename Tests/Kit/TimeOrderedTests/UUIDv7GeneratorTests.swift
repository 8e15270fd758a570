import TestSupport
import Testing
import TimeOrdered

struct UUIDv7GeneratorTests {
    private static let noon: Int64 = 1_700_000_000_000

    private func grow(_ ids: [UUIDv7]) -> Bool { zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 } }

    private func makeGenerator(_ moments: [Int64], seed: UInt64) -> UUIDv7Generator {
        let bits = SeededBits(seed: seed)
        return UUIDv7Generator(clock: ScriptedClock(moments).clock, random: { bits.next() })
    }

    @Test func carriesVersionVariantAndMoment() {
        for bits in [UInt64.min, .max, 0x5555_5555_5555_5555] {
            let id = UUIDv7Generator(clock: ScriptedClock([Self.noon]).clock, random: { bits }).next()
            #expect(id.high >> 12 & 0xf == 7)
            #expect(id.low >> 62 == 2)
            #expect(id.timestamp == Timestamp(milliseconds: Self.noon))
            let text = Array(id.description)
            #expect(text[14] == "7")
            #expect("89ab".contains(text[19]))
        }
    }

    @Test func growsWhileTheClockStands() {
        let generator = makeGenerator([Self.noon], seed: 1)
        let ids = (0..<10_000).map { _ in generator.next() }
        #expect(grow(ids))
        #expect(ids[4_095].timestamp == Timestamp(milliseconds: Self.noon))
        #expect(ids[4_096].timestamp == Timestamp(milliseconds: Self.noon + 1), "the counter has twelve bits")
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func growsWhileTheClockJumps(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var moments: [Int64] = []
        for _ in 0..<5_000 { moments.append(Self.noon + Int64.random(in: -50...50, using: &random)) }
        let generator = makeGenerator(moments, seed: seed)
        #expect(grow(moments.map { _ in generator.next() }))
    }

    @Test func growsWhenTheClockGoesFarBack() {
        let generator = makeGenerator([Self.noon, Self.noon - 86_400_000, 0, -5, Self.noon + 1], seed: 4)
        let ids = (0..<5).map { _ in generator.next() }
        #expect(grow(ids))
        #expect(ids.map(\.timestamp.milliseconds) == [Self.noon, Self.noon, Self.noon, Self.noon, Self.noon + 1])
    }

    @Test func growsBeforeTheEpoch() {
        let generator = makeGenerator([-1_000, -2_000, -1], seed: 5)
        #expect(grow((0..<100).map { _ in generator.next() }))
    }

    @Test func followsTheClockWhenItRunsOn() {
        let moments = (0..<100).map { Self.noon + Int64($0) * 7 }
        let generator = makeGenerator(moments, seed: 6)
        #expect(moments.map { _ in generator.next().timestamp.milliseconds } == moments)
    }

    @Test func severalTasksGetDifferentOnes() async {
        let generator = makeGenerator([Self.noon], seed: 7)
        let ids = await withTaskGroup(of: [UUIDv7].self) { group in
            for _ in 0..<8 { group.addTask { (0..<1_000).map { _ in generator.next() } } }
            return await group.reduce(into: [[UUIDv7]]()) { $0.append($1) }
        }
        let allGrow = ids.allSatisfy { grow($0) }
        #expect(allGrow)
        #expect(Set(ids.flatMap { $0 }).count == 8_000)
    }
}
