import JSON
import LoquatClient

/// Plays conversations into sessions: what the last turn finds, and whether the server knows when it does not know.
struct ConversationEvaluation: Sendable {
    let set: ConversationTestSet

    func run(_ client: Client) async throws -> JSONValue {
        let library = try await EvaluationLibrary(set.documents, client)
        var figures: JSONObject = ["documents": .number(JSONNumber(set.documents.count))]
        var played = RankingFigures()
        var alone = RankingFigures()
        for query in set.queries {
            let grades = set.judgements[query.id] ?? [:]
            let inSession = try await play(query.turns, library, client)
            played.add(EvaluationLibrary.documents(of: inSession["sources"]), grades)
            let lastAlone = query.turns.count == 1 ? inSession : try await play(query.turns.suffix(1), library, client)
            alone.add(EvaluationLibrary.documents(of: lastAlone["sources"]), grades)
        }
        figures["in_session"] = .object(played.json)
        figures["last_turn_alone"] = .object(alone.json)
        if !set.dialogues.isEmpty { figures["evidence"] = try await evidence(library, client) }
        return .object(figures)
    }

    /// - Returns: the answer to the last turn.
    private func play(_ turns: some Sequence<String>, _ library: EvaluationLibrary, _ client: Client) async throws -> JSONValue {
        var answer: JSONValue = .null
        for turn in turns {
            answer = try await client.request(
                "POST", "/api/v1/chat",
                body: [
                    "message": .string(turn), "session_id": answer["session_id"] ?? .null, "collection_id": library.collection,
                    "top_k": .number(JSONNumber(2 * RankingFigures.depth)), "stream": false,
                ])
        }
        return answer
    }

    // MARK: Evidence

    private func evidence(_ library: EvaluationLibrary, _ client: Client) async throws -> JSONValue {
        var scores: [String: [Double]] = [:]
        var answered: [String: Int] = [:]
        for dialogue in set.dialogues {
            let answer = try await play(dialogue.turns, library, client)
            scores[dialogue.label, default: []].append(answer["evidence"]?.double ?? 0)
            if answer["cascade_tier"]?.string != "none" { answered[dialogue.label, default: 0] += 1 }
        }
        let answerable = scores[ConversationTestSet.answerable] ?? []
        let labels = scores.keys.filter { $0 != ConversationTestSet.answerable }.sorted()
        var separation: JSONObject = [:]
        for label in labels { separation[label.lowercased()] = Figure.separation(answerable, scores[label] ?? []).map(Figure.rounded) ?? .null }
        separation["all"] = Figure.separation(answerable, labels.flatMap { scores[$0] ?? [] }).map(Figure.rounded) ?? .null
        var shares: JSONObject = [:]
        for label in scores.keys.sorted() { shares[label.lowercased()] = Figure.share(answered[label] ?? 0, of: scores[label]?.count ?? 0) }
        return [
            "dialogues": .number(JSONNumber(set.dialogues.count)), "auroc_answerable_against": .object(separation), "answered": .object(shares),
        ]
    }
}
