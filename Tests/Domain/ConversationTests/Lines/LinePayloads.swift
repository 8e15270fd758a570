import Conversation
import JSON

/// What lines add to the log, and how it stands there.
enum LinePayloads {
    private static let (id, other) = (SamplePayloads.id, SamplePayloads.other)
    private static let (idText, otherText) = (SamplePayloads.idText, SamplePayloads.otherText)

    static let all: [(payload: EventPayload, json: String)] = turns + lines + sessions

    private static let turns: [(payload: EventPayload, json: String)] = [
        (
            .userMessage(
                UserMessage(
                    turnID: id, content: "c", supersedes: other,
                    asked: Asked(
                        collectionID: other, creator: "x", filters: ["Key": [1]], topK: 3, model: "m", temperature: 0.5, maxTokens: 9))),
            #"{"turn_id":"\#(idText)","content":"c","metadata":{},"supersedes":"\#(otherText)","asked":{"collection_id":"\#(otherText)","#
                + #""creator":"x","filters":{"Key":[1]},"top_k":3,"model":"m","temperature":0.5,"max_tokens":9}}"#
        ),
        (
            .turnOpened(
                TurnOpened(
                    turnID: id, userTurnID: other, createsSession: false, supersedes: other, regeneratedFrom: other, continues: true,
                    instructions: "i")),
            #"{"turn_id":"\#(idText)","user_turn_id":"\#(otherText)","creates_session":false,"supersedes":"\#(otherText)","#
                + #""regenerated_from":"\#(otherText)","continues":true,"instructions":"i"}"#
        ),
        (.turnHidden(TurnHidden(turnID: id, hidden: true)), #"{"turn_id":"\#(idText)","hidden":true}"#),
        (
            .turnRated(TurnRated(turnID: id, rating: .down, reason: "wrong", text: "t")),
            #"{"turn_id":"\#(idText)","rating":"down","reason":"wrong","text":"t"}"#
        ),
        (.turnRated(TurnRated(turnID: id, rating: nil)), #"{"turn_id":"\#(idText)"}"#),
        (.titleMade(TitleMade(turnID: id, title: "t")), #"{"turn_id":"\#(idText)","title":"t"}"#),
    ]

    private static let lines: [(payload: EventPayload, json: String)] = [
        (
            .lineRewound(LineRewound(branch: "main", turnID: id, fromTurnID: other)),
            #"{"branch":"main","turn_id":"\#(idText)","from_turn_id":"\#(otherText)"}"#
        ),
        (.lineRestored(LineRestored(rewound: 7, turnID: id)), #"{"rewound":7,"turn_id":"\#(idText)"}"#),
        (.turnSelected(TurnSelected(turnID: id, headTurnID: other)), #"{"turn_id":"\#(idText)","head_turn_id":"\#(otherText)"}"#),
        (.branchCreated(BranchCreated(name: "b", turnID: id)), #"{"name":"b","turn_id":"\#(idText)"}"#),
        (.branchRenamed(BranchRenamed(name: "b", newName: "c")), #"{"name":"b","new_name":"c"}"#),
        (.branchSwitched(BranchSwitched(name: "b")), #"{"name":"b"}"#),
    ]

    private static let sessions: [(payload: EventPayload, json: String)] = [
        (
            .sessionCreated(
                SessionCreated(
                    userID: id, workspaceID: id, kind: .chat, title: "", collectionID: nil, metadata: [:],
                    branchedFrom: BranchPoint(sessionID: other, turnID: id), copiedEvents: 4)),
            #"{"user_id":"\#(idText)","workspace_id":"\#(idText)","kind":"chat","title":"","metadata":{},"#
                + #""branched_from":{"session_id":"\#(otherText)","turn_id":"\#(idText)"},"copied_events":4}"#
        ),
        (.sessionShared(SessionShared(digest: "00ff", turnID: id)), #"{"digest":"00ff","turn_id":"\#(idText)"}"#),
        (.sessionUnshared(SessionUnshared(digest: "00ff")), #"{"digest":"00ff"}"#),
    ]
}
