import JSON
import Testing
import TimeOrdered

@testable import Conversation

/// Trees as ChatGPT writes them.
struct ChatGPTExportTests {
    /// A root without message, a system message, and one question with its answer.
    private func begun() -> ChatGPTTree {
        var tree = ChatGPTTree()
        tree.node("root", after: nil, nil)
        tree.say("s", "system", after: "root", "")
        tree.say("q", after: "s", "What is a loquat?")
        tree.say("a", "assistant", after: "q", "A fruit.") { $0["metadata"] = ["model_slug": "gpt-4o"] }
        return tree
    }

    @Test func aConversationIsReadWithWhatItSaysOfItself() throws {
        var tree = begun()
        tree.say("q2", after: "a", "And its tree?") {
            $0["create_time"] = .decimal(1_700_000_050.5)
            $0["metadata"] = ["attachments": [["name": "tree.png", "size": 12], ["id": "x"]]]
        }
        var value = try #require(tree.value(current: "q2").object)
        value["is_archived"] = true
        value["is_starred"] = true
        value["title"] = "Loquats\n and \u{202e}trees\u{0} "
        let found = try #require(ChatGPTExport.conversation(.object(value)))
        #expect(found.title == "Loquats and trees")
        #expect(found.createdAt == Timestamp(milliseconds: 1_700_000_000_250))
        #expect(found.updatedAt == Timestamp(milliseconds: 1_700_000_100_000))
        #expect(found.archived && found.pinned)
        #expect(found.metadata == ["source": "chatgpt", "source_id": "c-1"])
        #expect(found.outline == ["·→u:What is a loquat?", "0→a:A fruit.", "1→u:And its tree?"])
        #expect(found.messages.map(\.model) == [nil, "gpt-4o", nil])
        #expect(found.messages[2].createdAt == Timestamp(milliseconds: 1_700_000_050_500))
        #expect(found.messages[2].metadata == ["attachments": ["tree.png"]])
        #expect(found.messages.allSatisfy { $0.finish == .complete })
        #expect(found.current == 2 && found.currentLine == [0, 1, 2])
        #expect(found.skipped.isEmpty)
    }

    @Test func allBranchesAreKeptInTheirOrder() throws {
        var tree = begun()
        tree.say("a2", "assistant", after: "q", "A tree.")
        tree.say("q2", after: "a2", "Which one?")
        tree.say("other", after: "s", "What is a medlar?")
        tree.children(of: "q", ["a2", "a"])
        let found = try #require(tree.read(current: "a"))
        #expect(
            found.outline == [
                "·→u:What is a loquat?", "0→a:A tree.", "1→u:Which one?", "0→a:A fruit.", "·→u:What is a medlar?",
            ])
        #expect(found.currentLine == [0, 3])
    }

    @Test func toolsAndThoughtsBetweenTwoPartsOfAnAnswerAreLeftOut() throws {
        var tree = begun()
        tree.say("call", "assistant", after: "a", "search(\"loquat\")") { $0["recipient"] = "browser" }
        tree.say("tool", "tool", after: "call", "{\"pages\": 3}")
        tree.say("thought", "assistant", after: "tool") { $0["content"] = ["content_type": "thoughts", "thoughts": []] }
        tree.say("recap", "assistant", after: "thought") { $0["content"] = ["content_type": "reasoning_recap", "content": "Thought for 3s"] }
        tree.say("a2", "assistant", after: "recap", "It grows in Spain.") { $0["status"] = "in_progress" }
        tree.say("hidden", after: "a2") { $0["metadata"] = ["is_visually_hidden_from_conversation": true] }
        tree.say("light", "assistant", after: "hidden") { $0["weight"] = 0 }
        tree.say("blank", "assistant", after: "light", " \n\t")
        tree.say("q2", after: "blank", "Thanks.")
        tree.say("q3", after: "q2", "Bye.")
        let found = try #require(tree.read(current: "q3"))
        #expect(
            found.outline == ["·→u:What is a loquat?", "0→a:A fruit.\n\nIt grows in Spain.", "1→u:Thanks.", "2→u:Bye."])
        #expect(found.messages[1].finish == .interrupted && found.messages[1].model == "gpt-4o")
        #expect(found.currentLine == [0, 1, 2, 3])
        #expect(found.skipped.isEmpty)
    }

    @Test func aRunThatGoesOnInSeveralWaysIsJoinedInEach() throws {
        var tree = begun()
        tree.say("b", "assistant", after: "a", "B.")
        tree.say("c", "assistant", after: "a", "C.")
        tree.say("q2", after: "c", "Why?")
        #expect(try #require(tree.read(current: "b")).outline == ["·→u:What is a loquat?", "0→a:A fruit.\n\nB.", "0→a:A fruit.\n\nC.", "2→u:Why?"])
        // Where somebody asks in the middle of it, what they saw is a message of its own.
        tree.say("q3", after: "a", "Hm?")
        let found = try #require(tree.read(current: "a"))
        #expect(
            found.outline == [
                "·→u:What is a loquat?", "0→a:A fruit.", "0→a:A fruit.\n\nB.", "0→a:A fruit.\n\nC.", "3→u:Why?", "1→u:Hm?",
            ])
        #expect(found.currentLine == [0, 1])
    }

    @Test func aCurrentNodeThatIsLeftOutOrMissingLeavesALine() throws {
        var tree = begun()
        tree.say("tool", "tool", after: "a", "x")
        tree.say("a2", "assistant", after: "q", "A tree.")
        #expect(tree.read(current: "tool")?.currentLine == [0, 1])
        #expect(tree.read(current: "never")?.currentLine == [0, 2])
        #expect(tree.read()?.currentLine == [0, 2])
        #expect(tree.read(current: "root")?.currentLine == [0, 2])
    }

    @Test func contentIsReadByItsType() throws {
        func text(_ content: JSONValue, to recipient: JSONValue = "all") -> String? {
            var tree = ChatGPTTree()
            tree.say("m", "assistant", after: nil) {
                $0["content"] = content
                $0["recipient"] = recipient
            }
            return tree.read()?.messages.first?.content
        }
        let image: JSONValue = ["content_type": "image_asset_pointer", "asset_pointer": "file-service://x"]
        let audio: JSONValue = ["content_type": "real_time_user_audio_video_asset_pointer"]
        #expect(text(["content_type": "text", "parts": ["one", "", "two"]]) == "one\ntwo")
        #expect(text(["content_type": "multimodal_text", "parts": [image, "What is it?", 7, nil]]) == "[image]\nWhat is it?")
        #expect(text(["content_type": "multimodal_text", "parts": [audio]]) == "[audio]")
        #expect(text(["content_type": "multimodal_text", "parts": [["content_type": "audio_transcription", "text": "Hello"], audio]]) == "Hello")
        let others: JSONValue = [["content_type": "video_container_asset_pointer"], ["content_type": "new"]]
        #expect(text(["content_type": "multimodal_text", "parts": others]) == "[video]\n[attachment]")
        #expect(text(["content_type": "code", "language": "python", "text": "print(1)"], to: "python") == "```python\nprint(1)\n```")
        #expect(text(["content_type": "code", "language": "unknown", "text": "```\n"]) == "````\n```\n````")
        #expect(text(["content_type": "code", "language": "json", "text": "{}"], to: "browser") == nil)
        #expect(text(["content_type": "execution_output", "text": "1"]) == nil)
        #expect(text(["content_type": "of_tomorrow", "text": "Still text."]) == "Still text.")
        #expect(text(["content_type": "text", "parts": ["Plain."]], to: nil) == "Plain.")
    }

    @Test func whatIsOfAnotherShapeIsCountedAndTheRestIsRead() throws {
        var tree = begun()
        tree.put("n1", 7)
        tree.put("n2", nil)
        tree.node("n3", after: "a", "text")
        tree.node("n4", after: "n3", ["author": nil, "content": nil])
        tree.say("n5", "assistant", after: "n4") { $0["content"] = "text" }
        tree.say("n6", "assistant", after: "n5") { $0["content"] = ["content_type": "text", "parts": 3] }
        tree.say("n7", "critic", after: "n6", "Boo.")
        tree.say("n8", after: "n7", "Still here.") {
            $0["create_time"] = "1700000050.5"
            $0["weight"] = "1"
            $0["metadata"] = []
        }
        tree.say("n9", "assistant", after: "n8", "Yes.") { $0["create_time"] = "yesterday" }
        var value = try #require(tree.value(current: "n9").object)
        value["create_time"] = nil
        value["update_time"] = "1700000100"
        value["title"] = 12
        let found = try #require(ChatGPTExport.conversation(.object(value)))
        #expect(found.outline == ["·→u:What is a loquat?", "0→a:A fruit.", "1→u:Still here.", "2→a:Yes."])
        #expect(found.messages.map(\.createdAt) == [nil, nil, Timestamp(milliseconds: 1_700_000_050_500), nil])
        #expect(found.title == "" && found.createdAt == nil && found.updatedAt == Timestamp(milliseconds: 1_700_000_100_000))
        #expect(found.skipped.messages == 7 && found.skipped.links == 0)
        #expect(found.currentLine == [0, 1, 2, 3])
    }

    @Test func onlyAnObjectWithATreeIsAConversation() {
        for value: JSONValue in [nil, 3, "x", [], [:], ["mapping": nil], ["mapping": []], ["title": "x"]] {
            #expect(ChatGPTExport.conversation(value) == nil)
        }
        #expect(ChatGPTExport.conversation(["mapping": [:]])?.messages.isEmpty == true)
    }
}
