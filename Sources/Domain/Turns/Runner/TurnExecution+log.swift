import Access
import Conversation
import Generation
import JSON
import Logging
import Retrieval
import TimeOrdered

// What a turn writes to the log.
extension TurnExecution {
    /// The line that the turn follows, read while nobody else can change it.
    func base() async throws -> LineEnd {
        guard let session = request.session else { return .beginning }
        if let regeneration = request.regeneration, regeneration.answer != nil || regeneration.editsMessage {
            return LineEnd(before: regeneration.userTurn)
        }
        guard let row = try await runner.log.session(session.id, of: request.asker.userID) else { throw LogError.noSession(session.id) }
        guard let regeneration = request.regeneration else { return LineEnd(of: row) }
        // The line may have moved since it was asked for: an answer follows its message.
        guard row.headTurnID == regeneration.userTurn.id else { throw LineRefusal.notAnswered }
        return LineEnd(before: regeneration.userTurn)
    }

    func open() async throws {
        guard request.isLogged else { return }
        var drafts: [EventDraft] = []
        if request.session == nil {
            drafts.append(
                EventDraft(
                    .sessionCreated(
                        SessionCreated(
                            userID: request.asker.userID, workspaceID: request.asker.workspaceID, kind: request.kind,
                            title: SessionRow.title(of: request.message), collectionID: collectionID,
                            metadata: request.sessionMetadata)), createdAt: stream.createdAt))
        }
        // The time that the stream tells, so that who reads it later reads the same.
        drafts += [message, opening].compactMap { $0.map { EventDraft($0, group: stream.turnID, createdAt: stream.createdAt) } }
        let claim = request.idempotency.map {
            IdempotencyClaim(
                userID: request.asker.userID, key: $0.key, fingerprint: $0.fingerprint,
                outcome: .turn(session: stream.sessionID, turn: stream.turnID))
        }
        _ = try await runner.log.append(AppendBatch(sessionID: stream.sessionID, drafts: drafts, idempotency: claim))
    }

    /// The user's message, unless it is one that is there.
    private var message: EventPayload? {
        let regeneration = request.regeneration
        guard regeneration?.editsMessage ?? true else { return nil }
        return .userMessage(
            UserMessage(
                turnID: userTurnID, content: request.message, metadata: request.metadata, request: originalRequest,
                supersedes: regeneration?.userTurn.id, asked: request.asked))
    }

    private var opening: EventPayload? {
        let regeneration = request.regeneration
        return .turnOpened(
            TurnOpened(
                turnID: stream.turnID, userTurnID: userTurnID, createsSession: request.session == nil,
                supersedes: regeneration?.editsMessage == false ? regeneration?.answer?.id : nil, regeneratedFrom: regeneration?.answer?.id,
                continues: regeneration?.beginning == nil ? nil : true, model: regeneration == nil ? nil : request.model,
                instructions: regeneration?.instructions))
    }

    private var collectionID: CollectionID? {
        if case .documents(let question) = request.job { question.collectionID } else { nil }
    }

    private var originalRequest: JSONObject? { if case .passThrough(let body) = request.job { body } else { nil } }

    func append(_ drafts: [EventDraft]) async throws {
        guard request.isLogged else { return }
        _ = try await runner.log.append(AppendBatch(sessionID: stream.sessionID, drafts: drafts))
    }

    func close(_ message: AssistantMessage, _ closed: GroupClosed, _ progress: inout Progress) async {
        do {
            try await append([
                EventDraft(.assistantMessage(message), group: stream.turnID), EventDraft(.groupClosed(closed), group: stream.turnID),
            ])
            if !request.isLogged { runner.unlogged.add(message.usage, of: request.asker.userID, on: CalendarDate(runner.clock.now())) }
            let pair = DocumentPrompt.Pair(user: request.message, assistant: message.content)
            await request.ephemeral?.end(with: message.content.isEmpty ? nil : pair)
            runner.spool.release(stream.turnID)
            progress.status = closed.outcome
            await handle(.closed, &progress)
        } catch {
            runner.logger.error("the end of a turn could not be stored", metadata: ["turn": "\(stream.turnID)", "error": "\(error)"])
            let failure = TurnFailure(error)
            if case LogError.noSession = error {
                runner.spool.release(stream.turnID)
            } else {
                runner.unclosed.add(message, of: stream.sessionID, failure)
            }
            await handle(.notClosed(failure), &progress)
        }
    }
}
