import Conversation
import JSON
import TimeOrdered

/// Payloads of every kind, with all their parts and with as few as may be, and the JSON in which they stand in the log.
enum SamplePayloads {
    static let id = UUIDv7(high: 0x0190_163d_8694_739b, low: 0xaea5_966c_26f8_ad91)
    static let other = UUIDv7(high: 0x0190_0001_0002_7003, low: 0x8004_0005_0006_0007)
    static let idText = "0190163d-8694-739b-aea5-966c26f8ad91"
    static let otherText = "01900001-0002-7003-8004-000500060007"

    static let all: [(payload: EventPayload, json: String)] =
        sessions + turns + [sources] + answers + [
            (.groupClosed(GroupClosed(outcome: .interrupted)), #"{"outcome":"interrupted"}"#)
        ] + audits + LinePayloads.all

    private static let audits: [(payload: EventPayload, json: String)] = [
        (
            .audit(
                AuditRecord(
                    actorID: nil, actorCredential: nil, action: .sessionDeleted, targetKind: .session, targetID: id,
                    usage: [
                        UsageRow(
                            date: CalendarDate(days: 20_778), userID: other, model: "a\u{0}🍊",
                            sum: UsageSum(turns: 2, promptTokens: 3, completionTokens: 4)),
                        UsageRow(date: CalendarDate(days: 0), userID: other, model: nil, sum: UsageSum(turns: 1)),
                    ])),
            #"{"action":"session_deleted","target_kind":"session","target_id":"\#(idText)","details":{},"#
                + #""usage":[{"date":"2026-11-21","user_id":"\#(otherText)","model":"a\u0000🍊","#
                + #""sum":{"turns":2,"prompt_tokens":3,"completion_tokens":4}},"#
                + #"{"date":"1970-01-01","user_id":"\#(otherText)","sum":{"turns":1,"prompt_tokens":0,"completion_tokens":0}}]}"#
        ),
        (
            .audit(
                AuditRecord(
                    actorID: id, actorCredential: "socket", action: .roleChanged, targetKind: .user, targetID: other, address: "::1",
                    details: ["from": "member", "to": "admin"])),
            #"{"actor_id":"\#(idText)","actor_credential":"socket","action":"role_changed","target_kind":"user","target_id":"\#(otherText)","#
                + #""address":"::1","details":{"from":"member","to":"admin"}}"#
        ),
        (
            .audit(AuditRecord(actorID: nil, actorCredential: nil, action: .loginFailed, targetKind: .workspace, targetID: nil)),
            #"{"action":"login_failed","target_kind":"workspace","details":{}}"#
        ),
    ]

    private static let sessions: [(payload: EventPayload, json: String)] = [
        (
            .sessionCreated(
                SessionCreated(
                    userID: id, workspaceID: other, kind: .api, title: "a\u{0}\"🍊", collectionID: other, metadata: ["camelCase": [1, nil]])),
            #"{"user_id":"\#(idText)","workspace_id":"\#(otherText)","kind":"api","title":"a\u0000\"🍊","collection_id":"\#(otherText)","#
                + #""metadata":{"camelCase":[1,null]}}"#
        ),
        (
            .sessionCreated(SessionCreated(userID: id, workspaceID: id, kind: .scene, title: "", collectionID: nil, metadata: [:])),
            #"{"user_id":"\#(idText)","workspace_id":"\#(idText)","kind":"scene","title":"","metadata":{}}"#
        ),
        (.sessionUpdated(SessionUpdated()), "{}"),
        (
            .sessionUpdated(SessionUpdated(title: "t", metadata: [:], archived: false, pinned: true, leavesCollection: true)),
            #"{"title":"t","metadata":{},"archived":false,"pinned":true,"leaves_collection":true}"#
        ),
    ]

    private static let turns: [(payload: EventPayload, json: String)] = [
        (
            .userMessage(UserMessage(turnID: id, content: "why?\n", metadata: ["a": true], request: ["messages": []])),
            #"{"turn_id":"\#(idText)","content":"why?\n","metadata":{"a":true},"request":{"messages":[]}}"#
        ),
        (.userMessage(UserMessage(turnID: id, content: "")), #"{"turn_id":"\#(idText)","content":"","metadata":{}}"#),
        (
            .turnOpened(TurnOpened(turnID: id, userTurnID: other, createsSession: true)),
            #"{"turn_id":"\#(idText)","user_turn_id":"\#(otherText)","creates_session":true}"#
        ),
    ]

    private static let sources: (payload: EventPayload, json: String) = (
        .sourcesFrozen(
            SourcesFrozen(
                turnID: id, cascadeTier: .lexical,
                sources: [
                    Source(
                        number: 1, chunkID: other, document: .init(id: id, title: "T", filename: "f.md", mediaType: "text/markdown"),
                        metadata: ["slug": "s", "creator": "c", "topic_category": "k"], content: "words", sectionHeading: "H",
                        sectionAnchor: "h", page: 3, start: 4, end: 9, score: 0.1)
                ])),
        #"{"turn_id":"\#(idText)","cascade_tier":"lexical","sources":[{"number":1,"chunk_id":"\#(otherText)","document":"#
            + #"{"id":"\#(idText)","title":"T","filename":"f.md","media_type":"text/markdown"},"title":"T","slug":"s","creator_name":"c","#
            + #""topic_category":"k","summary":"words","content":"words","section_heading":"H","section_anchor":"h","page":3,"start":4,"#
            + #""end":9,"score":0.1}]}"#
    )

    private static let answers: [(payload: EventPayload, json: String)] = [
        (
            .assistantMessage(
                AssistantMessage(
                    turnID: id, userTurnID: other, content: "A [1].", status: .complete, finishReason: .length, failure: nil, model: "m",
                    citations: [
                        Citation(
                            number: 1, citedNumber: 2, start: 0, end: 6, status: .repaired, support: 0.75,
                            quote: .init(chunkID: other, documentID: id, page: nil, start: 0, end: 5, text: "words"))
                    ], recording: StreamRecording(steps: [6, StreamRecording.citation, StreamRecording.chunk], chunks: [["x": 1]]),
                    usage: TokenUsage(promptTokens: 3, completionTokens: 4),
                    timings: TurnTimings(retrievalMs: 0.5, firstDeltaMs: nil, totalMs: 12))),
            #"{"turn_id":"\#(idText)","user_turn_id":"\#(otherText)","content":"A [1].","status":"complete","finish_reason":"length","model":"m","#
                + #""citations":[{"number":1,"cited_number":2,"start":0,"end":6,"status":"repaired","support":0.75,"quote":"#
                + #"{"chunk_id":"\#(otherText)","document_id":"\#(idText)","start":0,"end":5,"text":"words"}}],"#
                + #""recording":{"steps":[6,0,-1],"chunks":[{"x":1}]},"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7},"#
                + #""timings":{"retrieval_ms":0.5,"total_ms":12}}"#
        ),
        (
            .assistantMessage(
                AssistantMessage(
                    turnID: id, userTurnID: other, content: "", status: .failed, finishReason: nil,
                    failure: TurnFailure(code: "c", message: "m", retryable: true), model: nil, citations: [], recording: StreamRecording(),
                    usage: nil, timings: nil)),
            #"{"turn_id":"\#(idText)","user_turn_id":"\#(otherText)","content":"","status":"failed","failure":{"code":"c","message":"m","#
                + #""retryable":true},"citations":[],"recording":{"steps":[],"chunks":[]}}"#
        ),
    ]
}
