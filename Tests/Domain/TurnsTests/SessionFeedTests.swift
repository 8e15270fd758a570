import Conversation
import Testing
import TimeOrdered
import Turns

/// Signals that a log has something new.
@Suite(.timeLimit(.minutes(2)))
struct SessionFeedTests {
    private let feed = SessionFeed()
    private let session = UUIDv7(high: 1, low: 1)
    private let other = UUIDv7(high: 2, low: 2)

    /// The signals that were not taken yet, once the server goes down.
    private func rest(_ signals: AsyncStream<SessionFeed.Signal>) async throws -> [String] {
        try await shutDown()
        return await signals.reduce(into: []) { $0.append("\($1)") }
    }

    /// Cancellation means the same as shutdown.
    private func shutDown() async throws {
        let running = Task { [feed] in try await feed.run() }
        running.cancel()
        try await running.value
    }

    @Test func signalsThatNobodyTookBecomeOne() async throws {
        let signals = feed.signals(of: session)
        for _ in 0..<5 { feed.changed(session) }
        feed.nudgeWatchers()
        #expect(try await rest(signals) == ["changed"])
    }

    @Test func aSignalAfterOneThatWasTakenIsANewOne() async throws {
        var signals = feed.signals(of: session).makeAsyncIterator()
        for _ in 0..<3 {
            feed.changed(session)
            let signal = await signals.next()
            #expect(signal != nil)
        }
        feed.nudgeWatchers()
        guard case .idle = await signals.next() else {
            Issue.record("not idle")
            return
        }
    }

    @Test func eachWatcherOfASessionIsToldAndNobodyElse() async throws {
        let (first, second, stranger) = (feed.signals(of: session), feed.signals(of: session), feed.signals(of: other))
        feed.changed(session)
        #expect(try await rest(first) == ["changed"])
        #expect(try await rest(second) == ["changed"])
        #expect(try await rest(stranger).isEmpty)
    }

    @Test func aWatcherThatGoesIsForgotten() async throws {
        let watcher = Task { [feed, session] in for await _ in feed.signals(of: session) {} }
        while feed.watcherCount == 0 { await Task.yield() }
        do {
            let dropped = feed.signals(of: other)
            #expect(feed.watcherCount == 2)
            withExtendedLifetime(dropped) {}
        }
        watcher.cancel()
        await watcher.value
        #expect(feed.watcherCount == 0)
    }

    @Test func shutdownEndsThoseWhoWatchAndThoseWhoComeLater() async throws {
        let watcher = Task { [feed, session] in for await _ in feed.signals(of: session) {} }
        while feed.watcherCount == 0 { await Task.yield() }
        try await shutDown()
        await watcher.value
        feed.changed(session)
        #expect(await feed.signals(of: session).reduce(into: 0) { count, _ in count += 1 } == 0)
        #expect(feed.watcherCount == 0)
    }
}
