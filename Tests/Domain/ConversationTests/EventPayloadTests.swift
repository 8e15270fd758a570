import Conversation
import JSON
import Testing
import TimeOrdered

/// What stands in the log is read as it was meant, in this version and in those that come.
struct EventPayloadTests {
    @Test func samplesAreOfEveryKind() {
        #expect(Set(SamplePayloads.all.map(\.payload.kind)) == Set(EventKind.allCases))
    }

    @Test(arguments: SamplePayloads.all.indices)
    func writtenAndReadAgain(_ index: Int) throws {
        let (payload, json) = SamplePayloads.all[index]
        let bytes = try payload.encoded()
        // The stored form is for ever: what is in a log must be read by every later version.
        #expect(String(decoding: bytes, as: UTF8.self) == json)
        #expect(try EventPayload(kind: payload.kind, bytes: bytes) == payload)
    }

    @Test func kindsHaveTheirNames() {
        let names = [
            "session.created", "session.updated", "message.user", "turn.opened", "sources.frozen", "message.assistant", "group.closed",
            "session.shared", "session.unshared", "line.rewound", "line.restored", "branch.created", "branch.renamed", "branch.switched",
            "turn.selected", "turn.hidden", "turn.rated", "title.made", "audit",
        ]
        #expect(EventKind.allCases.map(\.rawValue) == names)
    }

    @Test(arguments: ["", "session", "Session.created", "session.created ", "message.tool", "group.closed\u{0}"])
    func aKindThatIsNotKnownIsNoKind(_ name: String) { #expect(EventKind(rawValue: name) == nil) }

    @Test(arguments: SamplePayloads.all.indices)
    func aPayloadCutOffIsRefused(_ index: Int) throws {
        let (payload, json) = SamplePayloads.all[index]
        let bytes = Array(json.utf8)
        for length in bytes.indices {
            #expect(throws: (any Error).self, "the first \(length) bytes") { try EventPayload(kind: payload.kind, bytes: Array(bytes[..<length])) }
        }
    }

    @Test(arguments: EventKind.allCases, ["", "null", "true", "[]", "\"{}\"", "{} {}", "{'outcome':'complete'}", "\u{feff}{}"])
    func whatIsNoObjectIsRefused(_ kind: EventKind, _ text: String) {
        #expect(throws: (any Error).self) { try EventPayload(kind: kind, bytes: Array(text.utf8)) }
    }

    @Test(arguments: EventKind.allCases)
    func brokenUTF8IsRefused(_ kind: EventKind) throws {
        for sample in SamplePayloads.all where sample.payload.kind == kind && sample.json.contains(#"":""#) {
            var bytes = Array(sample.json.utf8)
            // Into the first text of the object.
            let quote = try #require(sample.json.firstRange(of: #"":""#)?.upperBound)
            bytes.insert(0xff, at: sample.json.utf8.distance(from: sample.json.startIndex, to: quote))
            #expect(throws: (any Error).self) { try EventPayload(kind: kind, bytes: bytes) }
        }
    }

    /// Each is a sample with one part made wrong, and where the error should point.
    private static let wrong: [(kind: EventKind, part: String, instead: String, pointer: String)] = [
        (.sessionCreated, #""kind":"api""#, #""kind":"opera""#, "/kind"),
        (.sessionCreated, #""title":"a\u0000\"🍊","#, "", "/title"),
        (.sessionCreated, #""metadata":{"camelCase":[1,null]}"#, #""metadata":[]"#, "/metadata"),
        (.sessionCreated, #""user_id":"0190"#, #""user_id":"x190"#, "/user_id"),
        (.sessionUpdated, "{}", #"{"title":1}"#, "/title"),
        (.sessionUpdated, "{}", #"{"archived":"yes"}"#, "/archived"),
        (.sessionUpdated, "{}", #"{"metadata":"x"}"#, "/metadata"),
        (.userMessage, #""content":"why?\n""#, #""content":null"#, "/content"),
        (.userMessage, #""request":{"messages":[]}"#, #""request":7"#, "/request"),
        (.turnOpened, #""creates_session":true"#, #""creates_session":1"#, "/creates_session"),
        (.turnOpened, #","creates_session":true"#, "", "/creates_session"),
        (.sourcesFrozen, #""cascade_tier":"lexical""#, #""cascade_tier":"magic""#, "/cascade_tier"),
        (.sourcesFrozen, #""number":1"#, #""number":1.5"#, "/sources/0/number"),
        (.sourcesFrozen, #""media_type":"text/markdown""#, #""media_type":[]"#, "/sources/0/document/media_type"),
        (.assistantMessage, #""status":"complete""#, #""status":"asleep""#, "/status"),
        (.assistantMessage, #""steps":[6,0,-1]"#, #""steps":[6,"0"]"#, "/recording/steps/1"),
        (.assistantMessage, #""support":0.75"#, #""support":"high""#, "/citations/0/support"),
        (.assistantMessage, #""total_ms":12"#, #""total":12"#, "/timings/total_ms"),
        (.groupClosed, #""interrupted""#, #""over""#, "/outcome"),
        (.groupClosed, #""outcome""#, #""Outcome""#, "/outcome"),
        (.audit, #""role_changed""#, #""role_gone""#, "/action"),
        (.audit, #""target_kind":"user""#, #""target_kind":"moon""#, "/target_kind"),
        (.audit, #""details":{"from":"member","to":"admin"}"#, #""details":[]"#, "/details"),
    ]

    @Test(arguments: wrong.indices)
    func aWrongShapeIsNamed(_ index: Int) throws {
        let (kind, part, instead, pointer) = Self.wrong[index]
        let sample = try #require(SamplePayloads.all.first { $0.payload.kind == kind && $0.json.contains(part) })
        let error = #expect(throws: JSONShapeError.self) {
            try EventPayload(kind: kind, bytes: Array(sample.json.replacing(part, with: instead, maxReplacements: 1).utf8))
        }
        #expect(error?.pointer == pointer)
    }

    @Test(arguments: SamplePayloads.all.indices)
    func whatALaterVersionAddsIsPassedOver(_ index: Int) throws {
        let (payload, json) = SamplePayloads.all[index]
        let later = json.dropLast() + (json == "{}" ? "" : ",") + #""added_later":{"deep":[1]}}"#
        #expect(try EventPayload(kind: payload.kind, bytes: Array(later.utf8)) == payload)
    }

    @Test func requestsAndChunksMayNestAsDeepAsJSONIsRead() throws {
        let text =
            String(repeating: #"{"a":"#, count: JSONParser.defaultDepthLimit) + "1" + String(repeating: "}", count: JSONParser.defaultDepthLimit)
        let deepest = try JSONParser.parse(text.utf8)
        let request = EventPayload.userMessage(UserMessage(turnID: SamplePayloads.id, content: "", request: deepest.object))
        let answer = EventPayload.assistantMessage(
            AssistantMessage(
                turnID: SamplePayloads.id, userTurnID: SamplePayloads.id, content: "", status: .complete, finishReason: nil, failure: nil, model: nil,
                citations: [], recording: StreamRecording(steps: [StreamRecording.chunk], chunks: [deepest]), usage: nil, timings: nil))
        for payload in [request, answer] { #expect(try EventPayload(kind: payload.kind, bytes: payload.encoded()) == payload) }
    }

    @Test(arguments: [0.1 + 0.2, 1e-300, 1.7976931348623157e308, 4_503_599_627_370_497.5, 9e15, -0.5, .leastNonzeroMagnitude])
    func numbersAreKeptToTheLastBit(_ number: Double) throws {
        let payload = timed(number)
        guard case .assistantMessage(let message) = try EventPayload(kind: payload.kind, bytes: payload.encoded()) else { return }
        #expect(message.timings?.totalMs.bitPattern == number.bitPattern)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func numbersThatJSONCannotSayAreNotWritten(_ number: Double) {
        #expect(throws: (any Error).self) { try timed(number).encoded() }
    }

    private func timed(_ number: Double) -> EventPayload {
        .assistantMessage(
            AssistantMessage(
                turnID: SamplePayloads.id, userTurnID: SamplePayloads.id, content: "", status: .complete, finishReason: nil, failure: nil, model: nil,
                citations: [], recording: StreamRecording(), usage: nil, timings: TurnTimings(totalMs: number)))
    }
}
