import JSON
import Testing
import TimeOrdered

@testable import Conversation

/// Chats as Open WebUI writes them.
struct OpenWebUIExportTests {
    private func message(_ role: String, after parent: String?, _ content: JSONValue, _ more: JSONObject = [:]) -> JSONValue {
        let parent = parent.map { JSONValue.string($0) } ?? .null
        let message: JSONObject = ["role": .string(role), "parentId": parent, "childrenIds": [], "content": content]
        return .object(JSONObject(message.members + more.members))
    }

    private func chat(_ messages: JSONValue, current: JSONValue = nil) -> JSONValue {
        [
            "id": "c-1", "user_id": "u-1", "title": "Loquats", "archived": true, "pinned": true, "created_at": 1_700_000_000,
            "updated_at": 1_700_000_100, "meta": ["tags": ["fruit", "trees", 3]],
            "chat": ["title": "Other", "models": ["llama3:8b"], "history": ["messages": messages, "currentId": current], "messages": []],
        ]
    }

    @Test func aChatIsReadWithItsBranches() throws {
        let found = try #require(
            OpenWebUIExport.conversation(
                chat(
                    [
                        "s": message("system", after: nil, "Be brief."),
                        "q": message("user", after: "s", "What is a loquat?", ["timestamp": 1_700_000_001, "files": [["name": "a.pdf"]]]),
                        "a": message("assistant", after: "q", "A fruit.", ["model": "llama3", "done": true]),
                        "b": message("assistant", after: "q", "A tree", ["done": false]),
                        "c": message("assistant", after: "q", "Half", ["error": ["content": "upstream"]]),
                        "d": message("assistant", after: "q", "", ["error": true]),
                        "q2": message("user", after: "a", [["type": "text", "text": "And this?"], ["type": "image_url"]]),
                    ], current: "q2")))
        #expect(found.title == "Loquats" && found.archived && found.pinned)
        #expect(found.createdAt == Timestamp(milliseconds: 1_700_000_000_000))
        #expect(found.updatedAt == Timestamp(milliseconds: 1_700_000_100_000))
        #expect(found.metadata == ["source": "open_webui", "source_id": "c-1", "tags": ["fruit", "trees"]])
        #expect(
            found.outline == [
                "·→u:What is a loquat?", "0→a:A fruit.", "1→u:And this?\n[image]", "0→a:A tree", "0→a:Half",
            ])
        #expect(found.messages.map(\.model) == [nil, "llama3", nil, "llama3:8b", "llama3:8b"])
        #expect(found.messages.map(\.finish) == [.complete, .complete, .complete, .interrupted, .interrupted])
        #expect(found.messages[0].createdAt == Timestamp(milliseconds: 1_700_000_001_000))
        #expect(found.messages[0].metadata == ["attachments": ["a.pdf"]])
        #expect(found.currentLine == [0, 1, 2] && found.skipped.isEmpty)
    }

    @Test func anOldChatHasAListAlone() throws {
        let list: JSONValue = [
            ["role": "user", "content": "One?"], ["role": "assistant", "content": "One.", "timestamp": 1_700_000_002], 7,
            ["role": "user", "content": ["an": "object"]], ["role": "user", "content": "Two?"],
        ]
        let shapes: [JSONValue] = [
            ["title": "Old", "messages": list], ["title": "Old", "chat": ["messages": list]],
            ["chat": ["title": "Old", "messages": list, "history": ["messages": [:], "currentId": nil]]],
        ]
        for shape in shapes {
            #expect(OpenWebUIExport.matches(shape))
            let found = try #require(OpenWebUIExport.conversation(shape))
            #expect(found.title == "Old" && !found.archived && !found.pinned)
            #expect(found.outline == ["·→u:One?", "0→a:One.", "1→u:Two?"])
            #expect(found.currentLine == [0, 1, 2] && found.skipped.messages == 2)
        }
    }

    @Test func timesAreToldByTheirSize() {
        let times: [(JSONValue, Int64)] = [
            (1_700_000_000, 1_700_000_000_000), ("1700000000.5", 1_700_000_000_500), (1_700_000_000_123, 1_700_000_000_123),
            (1_700_000_000_123_456, 1_700_000_000_123), (1_700_000_000_123_000_000, 1_700_000_000_123),
        ]
        for (written, milliseconds) in times { #expect(written.looseTime == Timestamp(milliseconds: milliseconds)) }
        let others: [JSONValue] = [nil, 0, .number(JSONNumber(-5)), "", "nan", "inf", "-1e400", "1e300", [], true]
        for written in others { #expect(written.looseTime == nil) }
    }

    @Test(arguments: [
        ("<details type=\"reasoning\" done=\"true\" duration=\"3\">\n<summary>Thought</summary>\n> Hm.\n</details>\nA fruit.", "A fruit."),
        ("A <b>fruit</b>.\n<details type=\"tool_calls\" done=\"true\">x</details>\n\nIt grows.", "A <b>fruit</b>.\nIt grows."),
        ("<details><summary>More</summary>Text</details>", "<details><summary>More</summary>Text</details>"),
        ("Cut <details type=\"reasoning\">never closed", "Cut <details type=\"reasoning\">never closed"),
    ])
    func thoughtsAreLeftOutOfAnswers(_ content: String, _ expected: String) throws {
        let found = try #require(
            OpenWebUIExport.conversation(
                chat(["q": message("user", after: nil, .string(content)), "a": message("assistant", after: "q", .string(content))])))
        #expect(found.messages.map(\.content) == [content, expected])
    }

    @Test func manyBlocksThatNothingClosesTakeNoLongTime() {
        let text = String(repeating: "<details type=\"reasoning\">", count: 20_000)
        #expect(HiddenDetails.removed(from: text) == text)
    }

    @Test func onlyAnObjectWithMessagesIsAChat() {
        for value: JSONValue in [nil, 3, [], [:], ["chat": [:]], ["chat": ["history": []]], ["messages": [:]], ["chat": nil, "title": "x"]] {
            #expect(OpenWebUIExport.conversation(value) == nil)
        }
    }
}
