import Conversation
import JSON
import Synchronization
import TestSupport
import Testing
import TimeOrdered
import Turns

/// Watchers of a turn: any number, each at its own place.
@Suite(.timeLimit(.minutes(2)))
struct TurnStreamTests {
    private let ids = UUIDv7Generator()
    private let stream: TurnStream
    private let end: TurnEvent

    init() {
        stream = TurnStream(sessionID: ids.next(), turnID: ids.next(), createdAt: Timestamp(milliseconds: 0))
        end = SampleEvents.done(stream.sessionID, stream.turnID)
    }

    /// Everything after number `count` until the turn is over.
    private static func watch(_ stream: TurnStream, after count: Int) async -> [TurnEvent] {
        var events: [TurnEvent] = []
        while true {
            switch await stream.next(after: count + events.count) {
            case .events(let new): events += new
            case .idle: break
            case .ended: return events
            }
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func watchersAtAnyPlaceSeeTheSame(seed: UInt64) async {
        var random = SeededRandom(seed: seed)
        let all = (0..<200).map { TurnEvent.delta("\($0)") } + [end]
        let places = (0..<40).map { _ in Int.random(in: 0...all.count, using: &random) }
        await withTaskGroup(of: (place: Int, events: [TurnEvent]).self) { group in
            for place in places { group.addTask { [stream] in (place, await Self.watch(stream, after: place)) } }
            var rest = all[...]
            while !rest.isEmpty {
                let size = Int.random(in: 0...5, using: &random)
                stream.publish(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
                if Bool.random(using: &random) { stream.nudge() }
                if Bool.random(using: &random) { await Task.yield() }
            }
            for await seen in group { #expect(seen.events == Array(all[seen.place...])) }
        }
        #expect(await Self.watch(stream, after: 0) == all)
    }

    @Test func aNudgeTellsThatTimeHasPassed() async {
        let isBack = Mutex(false)
        let watcher = Task { [stream] in
            let next = await stream.next(after: 0)
            isBack.withLock { $0 = true }
            return next
        }
        // The watcher waits at some time; until then a nudge finds nobody.
        while !isBack.withLock({ $0 }) {
            stream.nudge()
            await Task.yield()
        }
        guard case .idle = await watcher.value else {
            Issue.record("not idle")
            return
        }
    }

    /// Wherever the cancellation finds it: before it waits, while it waits, or between the two.
    @Test(arguments: 0..<50)
    func aCancelledWatcherIsReleased(yields: Int) async {
        let watcher = Task { [stream] in await Self.watch(stream, after: 0) }
        for _ in 0..<yields { await Task.yield() }
        watcher.cancel()
        #expect(await watcher.value.isEmpty)
        #expect(!stream.hasEnded)
    }

    @Test func aCancelledWatcherLeavesTheOthers() async {
        let other = Task { [stream] in await Self.watch(stream, after: 0) }
        let cancelled = Task { [stream] in await Self.watch(stream, after: 0) }
        for _ in 0..<20 { await Task.yield() }
        cancelled.cancel()
        _ = await cancelled.value
        stream.publish([.delta("a"), end])
        #expect(await other.value == [.delta("a"), end])
    }

    @Test func nothingFollowsTheEnd() async {
        stream.publish([.delta("a"), end])
        stream.publish([.delta("b")])
        stream.publish([.failed(TurnFailure(code: "late", message: "late", retryable: false))])
        stream.publish([])
        #expect(stream.hasEnded)
        #expect(stream.eventCount == 2)
        #expect(await stream.waitUntilEnded() == [.delta("a"), end])
    }

    @Test func whatComesNextOnceItIsOver() async {
        stream.publish([.delta("a"), end])
        for (count, expected) in [(-1, 2), (0, 2), (1, 1)] {
            guard case .events(let events) = await stream.next(after: count) else {
                Issue.record("nothing after \(count)")
                continue
            }
            #expect(events.count == expected)
        }
        for count in [2, 3, .max] {
            guard case .ended = await stream.next(after: count) else {
                Issue.record("something after \(count)")
                continue
            }
        }
    }

    @Test func moreWasSeenThanSurvived() {
        stream.publish([.delta("e\u{301}"), .chunk(["n": 1])])
        #expect(stream.lostEvents(after: 9) == nil)
        stream.publish([.delta("🍊"), end])
        #expect(stream.lostEvents(after: 0) == nil)
        #expect(stream.lostEvents(after: 4) == nil)
        #expect(stream.lostEvents(after: 5) == [.truncate(length: 3), end])
    }

    @Test func theTextSoFar() {
        #expect(stream.text.isEmpty)
        stream.publish([.delta("a"), .chunk(["n": 1]), .delta("b")])
        #expect(stream.text == "ab")
    }

    @Test func waitingForTheEndOutlastsNudges() async {
        let waiting = Task { [stream] in await stream.waitUntilEnded() }
        for number in 0..<50 {
            stream.nudge()
            stream.publish([.delta("\(number)")])
            await Task.yield()
        }
        #expect(!stream.hasEnded)
        stream.publish([end])
        #expect(await waiting.value.count == 51)
    }

    @Test func waitingForTheEndCanBeGivenUp() async {
        stream.publish([.delta("a")])
        let waiting = Task { [stream] in await stream.waitUntilEnded() }
        for _ in 0..<20 { await Task.yield() }
        waiting.cancel()
        #expect(await waiting.value == [.delta("a")])
    }
}
