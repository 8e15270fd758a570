import Conversation
import ConversationTesting
import Foundation
import Testing
import TimeLimits
import TimeOrdered

@testable import StorageSQLite

/// The index follows the log while a server runs.
@Suite(.timeLimit(.minutes(2)))
struct SQLiteSearchServiceTests {
    private let rig: SearchRig
    private let user: UUIDv7

    init() throws {
        rig = try SearchRig()
        user = rig.ids.next()
    }

    @Test func whatWasJustSaidIsFound() async throws {
        let session = try await rig.session(of: user, rig.turns(["before the start"]))
        let search = try await rig.opened()
        let running = Task { try await search.run() }
        #expect(try await rig.found("start", of: user, by: search) == ["before the start"])
        for number in 0..<20 {
            // Whether or not it was told of.
            try await rig.say("loquat\(number)", in: session)
            if number % 2 == 0 { search.changed() }
            #expect(try await rig.found("loquat\(number)", of: user, by: search) == ["loquat\(number)"])
        }
        running.cancel()
        try await running.value
        try search.close()
    }

    @Test func manyWhoAskAtOnceAreAllAnswered() async throws {
        let session = try await rig.session(of: user)
        let search = try await rig.opened()
        let running = Task { try await search.run() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask { [rig, user] in
                    try await rig.say("loquat\(number)", in: session)
                    #expect(try await rig.found("loquat\(number)", of: user, by: search).count == 1)
                }
            }
            try await group.waitForAll()
        }
        running.cancel()
        try await running.value
        try search.close()
    }

    @Test func whenTimeIsUpThereIsWhatIsThere() async throws {
        let session = try await rig.session(of: user, rig.turns(["an old loquat"]))
        let search = try await rig.opened(limit: TimeLimit { _ in })
        try await search.catchUp()
        try await rig.say("a new loquat", in: session)
        let found = try await search.hits(of: user, ConversationQuery("loquat"), before: nil, limit: 10)
        #expect(found.hits.map(\.text) == ["an old loquat"])
        #expect(!found.isComplete)
        try search.close()
    }

    @Test func nobodyWaitsForAnIndexThatHasEnded() async throws {
        let search = try await rig.opened()
        let running = Task { try await search.run() }
        running.cancel()
        try await running.value
        try await rig.session(of: user, rig.turns(["a loquat"]))
        let found = try await search.hits(of: user, ConversationQuery("loquat"), before: nil, limit: 10)
        #expect(found.hits.isEmpty && !found.isComplete)
        try search.close()
    }

    @Test func whoLeavesNoLongerWaits() async throws {
        let progress = IndexProgress(position: 3)
        await progress.wait(for: 3)
        let waiting = (4...6).map { position in Task { await progress.wait(for: Int64(position)) } }
        progress.reach(4)
        await waiting[0].value
        waiting[1].cancel()
        await waiting[1].value
        progress.restart()
        #expect(progress.position == 0)
        progress.close()
        await waiting[2].value
        await progress.wait(for: 100)
    }
}
