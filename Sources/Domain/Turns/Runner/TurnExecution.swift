import Access
import Conversation
import Generation
import JSON
import Logging
import Retrieval
import Synchronization
import TimeOrdered

/// One turn being run: does what its machine says.
final class TurnExecution: Sendable {
    let turn: RunningTurn
    private let model: any LanguageModel
    private let modelName: String
    private let runner: TurnRunner
    private let userTurnID: TurnID
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let end = Mutex<TurnEvent?>(nil)

    init(turn: RunningTurn, model: any LanguageModel, modelName: String, runner: TurnRunner, userTurnID: TurnID) {
        self.turn = turn
        self.model = model
        self.modelName = modelName
        self.runner = runner
        self.userTurnID = userTurnID
        start = clock.now
    }

    private var request: TurnRequest { turn.request }
    private var stream: TurnStream { turn.stream }

    /// What happens between actions; touched by the turn's task alone.
    private struct Progress {
        var machine: TurnMachine
        var timings = TurnTimings(totalMs: 0)
        var prompt: DocumentPrompt?
        /// What was searched.
        var partitions: [Int64] = []
        var status = TurnStatus.failed
        /// A write of the spool failed: nothing more is shown.
        var broken: TurnFailure?
    }

    func run() async -> TurnStatus {
        var progress = Progress(
            machine: TurnMachine(
                sessionID: stream.sessionID, turnID: stream.turnID, userTurnID: userTurnID, createsSession: request.session == nil,
                answersFromDocuments: isFromDocuments, asksForEvidence: runner.evidence != nil, model: modelName))
        // reason: the message is stored while the model is asked already; awaited before anything is shown.
        let opening = Task(executorPreference: request.executor) { try await self.open() }
        if case .documents(let question) = request.job {
            await answer(question, opening, &progress)
        } else {
            await passThrough(opening, &progress)
        }
        return progress.status
    }

    /// Tells the watchers the end; called once the session is free, so that whoever sees the end may begin the next turn.
    func publishEnd() {
        let end = end.withLock { $0 } ?? .failed(.broken)
        stream.publish([end])
    }

    private var isFromDocuments: Bool { if case .documents = request.job { true } else { false } }

    // MARK: Paths

    private func answer(_ question: TurnRequest.DocumentQuestion, _ opening: Task<Void, any Error>, _ progress: inout Progress) async {
        let found: TurnMachine.Input
        do {
            found = try await find(question, &progress)
        } catch {
            found = turn.stopReason.map(TurnMachine.Input.stop) ?? .failed(TurnFailure(error))
        }
        guard await opened(opening, &progress) else { return }
        await handle(found, &progress)
    }

    private func passThrough(_ opening: Task<Void, any Error>, _ progress: inout Progress) async {
        guard case .passThrough(let body) = request.job else { return }
        let generation = GenerationRequest(model: modelName, messages: [], passThrough: body)
        await generate(generation, opening, &progress)
    }

    /// True once the user's message is on disk and the watchers were told of the turn.
    private func opened(_ opening: Task<Void, any Error>, _ progress: inout Progress) async -> Bool {
        do {
            try await opening.value
            for action in progress.machine.handle(.opened) {
                if case .publish(let event) = action { stream.publish([event]) }
            }
            runner.feed.changed(stream.sessionID)
            return true
        } catch {
            for action in progress.machine.handle(.notOpened(TurnFailure(error))) {
                if case .publish(let event) = action { end.withLock { $0 = event } }
            }
            return false
        }
    }

    private func handle(_ input: TurnMachine.Input, _ progress: inout Progress) async {
        var actions = handled(input, &progress)[...]
        while let action = actions.popFirst() {
            if case .embed(let need) = action {
                let evidence = await runner.evidence?.find(need, in: progress.partitions) ?? .none
                actions += handled(.embedded(evidence), &progress)
                continue
            }
            await perform(action, &progress)
            // What could not be shown is not stored as if it had been.
            if case .show = action, let broken = progress.broken { return await handle(.failed(broken), &progress) }
        }
    }

    private func handled(_ input: TurnMachine.Input, _ progress: inout Progress) -> [TurnMachine.Action] {
        progress.timings.totalMs = elapsed
        progress.machine.timings = progress.timings
        return progress.machine.handle(input)
    }

    private func perform(_ action: TurnMachine.Action, _ progress: inout Progress) async {
        switch action {
        case .freeze(let frozen):
            do {
                try await append([EventDraft(.sourcesFrozen(frozen), group: stream.turnID)])
                // A stop comes after: sources that are in the log were shown.
                await handle(.sourcesFrozen, &progress)
            } catch {
                await handle(.failed(TurnFailure(error)), &progress)
            }
        case .generate(let sources):
            if isFromDocuments { await generate(documentGeneration(sources, progress), nil, &progress) }
        case .show(let events): show(events, &progress)
        case .embed: break  // done where what comes of it is taken in
        case .publish(let event): if event.endsTurn { end.withLock { $0 = event } } else { stream.publish([event]) }
        case .close(let message, let closed): await close(message, closed, &progress)
        }
    }

    // MARK: Prompt

    private func find(_ question: TurnRequest.DocumentQuestion, _ progress: inout Progress) async throws -> TurnMachine.Input {
        let history = try await history(question)
        var rewritten: String?
        if let rewriter = runner.rewriter, !history.said.isEmpty, SearchQuestion.leans(request.message) {
            rewritten = await rewriter.rewrite(request.message, after: history.pairs)
        }
        let result = try await runner.retrieval.retrieve(
            RetrievalRequest(
                query: request.message, earlier: history.said, rewritten: rewritten, asker: request.asker, collectionID: question.collectionID,
                filters: question.filters, creator: question.creator, topK: question.topK))
        progress.timings.retrievalMs = result.searchMilliseconds
        progress.partitions = result.partitions
        isUnknown.withLock { $0 = result.isUnknown }
        let prompt = try DocumentPrompt(
            question: request.message, history: history.pairs, sources: result.tier == .none ? [] : result.sources,
            budget: model.readsMessages ? runner.settings.budget : .unlimited)
        progress.prompt = prompt
        // Where nothing answers, what came nearest is shown and not used.
        return .sourcesFound(
            result.tier == .none ? result.sources : prompt.sources, result.tier, evidence: (result.evidence * 1000).rounded() / 1000)
    }

    private func history(_ question: TurnRequest.DocumentQuestion) async throws -> History {
        let limit = runner.settings.historyPairs
        guard let session = request.session else { return History(question.earlier, limit: limit) }
        return try await History(of: session, before: userTurnID, in: runner.log, pairs: limit)
    }

    private let isUnknown = Mutex(false)

    private func documentGeneration(_ sources: [Source], _ progress: Progress) -> GenerationRequest {
        GenerationRequest(
            model: modelName, messages: progress.prompt?.messages ?? [], temperature: request.temperature ?? runner.settings.temperature,
            maxTokens: request.maxTokens ?? runner.settings.maxTokens, question: request.message, sources: sources)
    }

    // MARK: Generation

    /// Where the documents know nothing of what is asked, no model is asked what it thinks: the answer says so. Who has no documents talks
    /// to the model alone, and where the evidence is only thin the prompt has the model say so.
    private func author(of generation: GenerationRequest) -> any LanguageModel {
        isFromDocuments && isUnknown.withLock { $0 } ? ExtractiveAnswerer() : model
    }

    /// Asks the model. Where the user's message is still being stored, that is awaited before the first piece is shown.
    private func generate(_ generation: GenerationRequest, _ opening: Task<Void, any Error>?, _ progress: inout Progress) async {
        var isOpen = opening == nil
        let input: TurnMachine.Input
        do {
            if turn.stopReason != nil { throw CancellationError() }
            let end = try await author(of: generation).generate(generation) { pieces in
                if !isOpen, let opening {
                    guard await opened(opening, &progress) else { throw CancellationError() }
                    isOpen = true
                }
                if progress.timings.firstDeltaMs == nil { progress.timings.firstDeltaMs = elapsed }
                await handle(.pieces(pieces), &progress)
                if let broken = progress.broken { throw broken }
                if progress.machine.hasEnded { throw CancellationError() }
            }
            input = .generated(end)
        } catch {
            input = turn.stopReason.map(TurnMachine.Input.stop) ?? .failed(TurnFailure(error))
        }
        if !isOpen, let opening {
            guard await opened(opening, &progress) else { return }
        }
        await handle(input, &progress)
    }

    private func show(_ events: [TurnEvent], _ progress: inout Progress) {
        guard progress.broken == nil else { return }
        do {
            if request.isLogged { try runner.spool.write(events, of: stream.turnID) }
            stream.publish(events)
        } catch {
            progress.broken = TurnFailure(error)
        }
    }

    // MARK: Log

    private func open() async throws {
        guard request.isLogged else { return }
        var drafts: [EventDraft] = []
        if request.session == nil {
            drafts.append(
                EventDraft(
                    .sessionCreated(
                        SessionCreated(
                            userID: request.asker.userID, workspaceID: request.asker.workspaceID, kind: request.kind,
                            title: String(request.message.prefix(100)), collectionID: collectionID, metadata: request.sessionMetadata))))
        }
        drafts.append(
            EventDraft(
                .userMessage(
                    UserMessage(turnID: userTurnID, content: request.message, metadata: request.metadata, request: originalRequest)),
                group: stream.turnID))
        drafts.append(
            EventDraft(
                .turnOpened(TurnOpened(turnID: stream.turnID, userTurnID: userTurnID, createsSession: request.session == nil)),
                group: stream.turnID))
        let claim = request.idempotency.map {
            IdempotencyClaim(
                userID: request.asker.userID, key: $0.key, fingerprint: $0.fingerprint,
                outcome: .turn(session: stream.sessionID, turn: stream.turnID))
        }
        _ = try await runner.log.append(AppendBatch(sessionID: stream.sessionID, drafts: drafts, idempotency: claim))
    }

    private var collectionID: CollectionID? {
        if case .documents(let question) = request.job { question.collectionID } else { nil }
    }

    private var originalRequest: JSONObject? { if case .passThrough(let body) = request.job { body } else { nil } }

    private func append(_ drafts: [EventDraft]) async throws {
        guard request.isLogged else { return }
        _ = try await runner.log.append(AppendBatch(sessionID: stream.sessionID, drafts: drafts))
    }

    private func close(_ message: AssistantMessage, _ closed: GroupClosed, _ progress: inout Progress) async {
        do {
            try await append([
                EventDraft(.assistantMessage(message), group: stream.turnID), EventDraft(.groupClosed(closed), group: stream.turnID),
            ])
            if !request.isLogged { runner.unlogged.add(message.usage, of: request.asker.userID, on: CalendarDate(runner.clock.now())) }
            runner.spool.release(stream.turnID)
            progress.status = closed.outcome
            await handle(.closed, &progress)
        } catch {
            runner.logger.error("the end of a turn could not be stored", metadata: ["turn": "\(stream.turnID)", "error": "\(error)"])
            await handle(.notClosed(TurnFailure(error)), &progress)
        }
    }

    private var elapsed: Double { ((clock.now - start) / .microseconds(1)).rounded() / 1000 }
}
