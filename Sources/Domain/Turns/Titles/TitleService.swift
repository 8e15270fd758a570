import Access
package import Conversation
package import Generation
package import Logging
import ServiceLifecycle
import TimeOrdered

/// Gives conversations a title once their first exchange is over, one after the other, beside the turns and never in their way.
package final class TitleService: Service {
    /// Exchanges that wait at the most; those of more keep the beginning of their message.
    private static let waiting = 100

    private struct Job: Sendable {
        let session: SessionID
        let user: UUIDv7
        let turn: TurnID
    }

    private let log: any LogStore
    private let writer: TitleWriter
    private let feed: SessionFeed
    private let logger: Logger
    private let jobs: AsyncStream<Job>
    private let queue: AsyncStream<Job>.Continuation

    package init(log: any LogStore, writer: TitleWriter, feed: SessionFeed, logger: Logger) {
        self.log = log
        self.writer = writer
        self.feed = feed
        self.logger = logger
        (jobs, queue) = AsyncStream.makeStream(of: Job.self, bufferingPolicy: .bufferingOldest(Self.waiting))
    }

    func turnEnded(_ turn: RunningTurn) {
        guard turn.request.isLogged, turn.request.kind == .chat else { return }
        queue.yield(Job(session: turn.stream.sessionID, user: turn.request.asker.userID, turn: turn.stream.turnID))
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            for await job in self.jobs {
                do { try await self.make(job) } catch {
                    self.logger.info("a title could not be made", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    private func make(_ job: Job) async throws {
        guard let session = try await log.session(job.session, of: job.user), session.givenTitle == nil,
            let answer = try await log.turn(job.turn, of: job.session), answer.depth == 1, answer.title == nil, let question = answer.parentID,
            let row = try await log.turn(question, of: job.session)
        else { return }
        var (asked, said) = ("", "")
        for event in try await log.events(of: job.session, seqs: [row.contentSeq, answer.contentSeq].compactMap(\.self)) {
            switch try event.decodedPayload() {
            case .userMessage(let message): asked = message.content
            case .assistantMessage(let message): said = message.content
            default: break
            }
        }
        guard let title = await writer.title(of: asked, said), DisplayName.isPossible(title) else { return }
        let made = TitleMade(turnID: answer.id, title: title)
        _ = try await log.append(AppendBatch(sessionID: job.session, drafts: [EventDraft(.titleMade(made), group: answer.id)]))
        feed.changed(job.session)
    }
}
