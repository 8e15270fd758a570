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
    let modelName: String
    let runner: TurnRunner
    let userTurnID: TurnID
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

    private var createsSession: Bool { request.session == nil && request.ephemeral?.isFirst != false }

    var request: TurnRequest { turn.request }
    var stream: TurnStream { turn.stream }

    /// What happens between actions; touched by the turn's task alone.
    struct Progress {
        var machine: TurnMachine
        /// The line that the turn follows.
        var base = LineEnd.beginning
        /// Goes on with an answer that was cut off.
        var continuation: Continuation?
        var timings = TurnTimings(totalMs: 0)
        var prompt: DocumentPrompt?
        /// What was searched.
        var partitions: [Int64] = []
        /// Why the model cannot be asked to go on with an answer, which stays as it is then.
        var obstacle: (any Error)?
        var status = TurnStatus.failed
        /// A write of the spool failed: nothing more is shown.
        var broken: TurnFailure?

        /// The pieces without what they repeat of the answer that they go on with.
        mutating func continued(_ pieces: [GenerationPiece]) -> [GenerationPiece] {
            guard continuation != nil else { return pieces }
            return pieces.compactMap { piece in
                guard case .text(let text) = piece else { return piece }
                return continuation?.feed(text).map(GenerationPiece.text)
            }
        }
    }

    func run() async -> TurnStatus {
        var progress = Progress(
            machine: TurnMachine(
                sessionID: stream.sessionID, turnID: stream.turnID, userTurnID: userTurnID, createsSession: createsSession,
                answersFromDocuments: isFromDocuments, asksForEvidence: runner.evidence != nil, model: modelName))
        do { progress.base = try await base() } catch {
            refused(error, &progress)
            return progress.status
        }
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
        var isOpen = false
        if awaitsRewriting(question) {
            // A model is asked before the search: the watchers are told of the turn before that, and can stop it.
            guard await opened(opening, &progress) else { return }
            isOpen = true
        }
        do {
            if let beginning = request.regeneration?.beginning, let kept = beginning.sources {
                found = await keep(kept, for: question, &progress)
            } else {
                found = try await find(question, &progress)
            }
        } catch {
            found = turn.stopReason.map(TurnMachine.Input.stop) ?? .failed(TurnFailure(error))
        }
        if !isOpen {
            guard await opened(opening, &progress) else { return }
        }
        await handle(found, &progress)
    }

    private func awaitsRewriting(_ question: TurnRequest.DocumentQuestion) -> Bool {
        guard runner.rewriter != nil, request.session != nil || !question.earlier.isEmpty else { return false }
        return request.regeneration?.beginning?.sources == nil && SearchQuestion.leans(request.message)
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
            refused(error, &progress)
            return false
        }
    }

    private func refused(_ error: any Error, _ progress: inout Progress) {
        for action in progress.machine.handle(.notOpened(TurnFailure(error))) {
            if case .publish(let event) = action { end.withLock { $0 = event } }
        }
    }

    func handle(_ input: TurnMachine.Input, _ progress: inout Progress) async {
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
        let history = try await history(question, to: progress.base)
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
        let prompt = try prompt(history, result.tier == .none ? [] : result.sources, &progress)
        // Where nothing answers, what came nearest is shown and not used.
        return .sourcesFound(
            result.tier == .none ? result.sources : prompt.sources, result.tier, evidence: (result.evidence * 1000).rounded() / 1000)
    }

    /// What was shown of an answer leans on the sources that it had: nothing else is searched. Whatever is in the way, it stays.
    private func keep(_ kept: SourcesFrozen, for question: TurnRequest.DocumentQuestion, _ progress: inout Progress) async -> TurnMachine.Input {
        do {
            progress.partitions = try await runner.retrieval.partitions(for: request.asker, collection: question.collectionID)
            let isUnknown = RetrievalService.isUnknown(request.message, kept.cascadeTier, searched: !progress.partitions.isEmpty)
            self.isUnknown.withLock { $0 = isUnknown }
            let history = try await history(question, to: progress.base)
            _ = try prompt(history, kept.cascadeTier == .none ? [] : kept.sources, &progress)
        } catch {
            progress.obstacle = error
        }
        return .sourcesFound(kept.sources, kept.cascadeTier, evidence: kept.evidence ?? 0)
    }

    private func prompt(_ history: History, _ sources: [Source], _ progress: inout Progress) throws -> DocumentPrompt {
        let prompt = try DocumentPrompt(
            question: request.message, history: history.pairs, sources: sources, instructions: request.regeneration?.instructions,
            continuing: request.regeneration?.beginning?.message.content, budget: model.readsMessages ? runner.settings.budget : .unlimited)
        progress.prompt = prompt
        progress.machine.promptVersion = model.readsMessages ? prompt.version : nil
        return prompt
    }

    private func history(_ question: TurnRequest.DocumentQuestion, to base: LineEnd) async throws -> History {
        let limit = runner.settings.historyPairs
        guard let session = request.session else { return History(question.earlier, limit: limit) }
        return try await History(to: base, of: session.id, in: runner.log, pairs: limit)
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
        if let beginning = request.regeneration?.beginning {
            if let opening {
                guard await opened(opening, &progress) else { return }
                isOpen = true
            }
            progress.continuation = Continuation(of: beginning.message.content)
            await handle(.pieces([.text(beginning.message.content)]), &progress)
        }
        do {
            if turn.stopReason != nil { throw CancellationError() }
            if let obstacle = progress.obstacle { throw obstacle }
            let end = try await author(of: generation).generate(generation) { pieces in
                if !isOpen, let opening {
                    guard await opened(opening, &progress) else { throw CancellationError() }
                    isOpen = true
                }
                if progress.timings.firstDeltaMs == nil { progress.timings.firstDeltaMs = elapsed }
                await handle(.pieces(progress.continued(pieces)), &progress)
                if let broken = progress.broken { throw broken }
                if progress.machine.hasEnded { throw CancellationError() }
            }
            if let rest = progress.continuation?.finish() { await handle(.pieces([.text(rest)]), &progress) }
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

    private var elapsed: Double { ((clock.now - start) / .microseconds(1)).rounded() / 1000 }
}
