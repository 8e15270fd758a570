import JSON
import TestSupport
import Testing

@testable import Conversation

/// Whole files: what they are, and what is read of them.
struct ConversationImportTests {
    private func chatGPT(_ ids: String...) -> JSONValue {
        .array(
            ids.map { id in
                var tree = ChatGPTTree()
                tree.say("q", after: nil, "Question \(id)")
                tree.say("a", "assistant", after: "q", "Answer \(id) 🍊 \u{e200}cite\u{e202}turn0search0\u{e201}")
                return tree.value(current: "a")
            })
    }

    private let openWebUI: JSONValue = [
        "id": "c-1", "title": "Loquats", "created_at": 1_700_000_000, "archived": false,
        "chat": [
            "history": [
                "messages": [
                    "q": ["id": "q", "parentId": nil, "childrenIds": ["a", "b"], "role": "user", "content": "What?", "timestamp": 1],
                    "a": ["id": "a", "parentId": "q", "childrenIds": [], "role": "assistant", "content": "A fruit.", "done": true],
                    "b": ["id": "b", "parentId": "q", "childrenIds": [], "role": "assistant", "content": "A tree.", "model": "m"],
                ], "currentId": "b",
            ]
        ],
    ]

    private func detect(_ text: String) throws -> ConversationImport.Format { try ConversationImport.detect(Array(text.utf8)) }

    private func read(
        _ bytes: [UInt8], _ product: ConversationImport.Product = .chatGPT, limits: ConversationImport.Limits = .init()
    ) -> (found: [ImportedConversation], skipped: SkippedParts) {
        var reader = ExportReader(bytes, of: product, limits: limits)
        var found: [ImportedConversation] = []
        while let next = reader.next() { found.append(next) }
        return (found, reader.skipped)
    }

    // MARK: What a file is

    @Test func formatsAreToldByTheirBeginning() throws {
        #expect(try detect("{\"format\": \"loquat\", \"version\": 1}\n{\"seq\": 1}\n") == .own)
        #expect(try detect("\u{feff}  {\"version\":1,\"format\":\"loquat\"}") == .own)
        #expect(try detect(chatGPT("1").text) == .product(.chatGPT))
        #expect(try detect("\u{feff}\n" + (chatGPT("1")[0]?.text ?? "")) == .product(.chatGPT))
        #expect(try detect("[null, 3, {\"title\": \"x\"}, {\"mapping\": {}}]") == .product(.chatGPT))
        #expect(try detect(openWebUI.text) == .product(.openWebUI))
        #expect(try detect("[\n\(openWebUI.text)\n]") == .product(.openWebUI))
        #expect(try detect("{\n\"title\": \"x\",\n\"messages\": []\n}") == .product(.openWebUI))
        // The first one is damaged, the second is not.
        #expect(try detect("[{\"mapping\": tru}, {\"mapping\": {}}]") == .product(.chatGPT))
    }

    @Test(arguments: [
        ("", "empty_export"), (" \n\t", "empty_export"), ("[]", "empty_export"), ("PK\u{3}\u{4}x", "export_is_archive"),
        ("<!DOCTYPE html><html>", "export_is_web_page"), ("\n <html>", "export_is_web_page"), ("hello", "export_not_json"),
        ("{\"a\": ", "export_not_json"), ("[{\"mapping\": ", "export_not_json"), ("[nope, nope]", "export_not_json"), ("}", "export_not_json"),
        ("{\"a\": 1}", "export_unknown"), ("[1, 2]", "export_unknown"), ("[{\"uuid\": \"x\", \"chat_messages\": []}]", "export_unknown"),
        ("{\"format\": \"other\"}", "export_unknown"), ("{\u{0}", "export_not_utf8"),
    ])
    func anythingElseIsRefusedWithASentence(_ text: String, _ code: String) throws {
        let found = #expect(throws: ImportError.self) { try detect(text) }
        let error = try #require(found)
        #expect(error.code == code)
        #expect(error.message.hasSuffix(".") && error.message.count > 15)
    }

    @Test func otherBytesAreRefused() {
        let files: [([UInt8], String)] = [
            ([0x1f, 0x8b, 8, 0], "export_is_archive"), ([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "export_is_archive"),
            ([0xff, 0xfe, 0x5b, 0], "export_not_utf8"), ([0xfe, 0xff, 0, 0x5b], "export_not_utf8"), ([0x5b, 0, 0x7b, 0], "export_not_utf8"),
            ([0x89, 0x50, 0x4e, 0x47], "export_not_json"),
        ]
        for (bytes, code) in files {
            let error = #expect(throws: ImportError.self) { try ConversationImport.detect(bytes) }
            #expect(error?.code == code)
        }
    }

    @Test func aFileOfExactlyTheLimitIsRead() throws {
        let bytes = chatGPT("1").bytes
        var limits = ConversationImport.Limits()
        limits.bytes = bytes.count
        #expect(try ConversationImport.detect(bytes, limits: limits) == .product(.chatGPT))
        limits.bytes -= 1
        let error = #expect(throws: ImportError.self) { try ConversationImport.detect(bytes, limits: limits) }
        #expect(error == .tooLarge(bytes.count - 1))
        #expect(error?.message.contains("\(bytes.count - 1)") == true)
    }

    // MARK: Reading

    @Test func conversationsAreReadOneAfterTheOther() {
        let (found, skipped) = read(chatGPT("1", "2", "3").bytes)
        #expect(found.map { $0.messages.map(\.content) } == ["1", "2", "3"].map { ["Question \($0)", "Answer \($0) 🍊"] })
        #expect(skipped.isEmpty && skipped.sentence == nil)
        let one = read(openWebUI.bytes, .openWebUI)
        #expect(one.found.map(\.outline) == [["·→u:What?", "0→a:A fruit.", "0→a:A tree."]] && one.skipped.isEmpty)
        #expect(one.found.first?.currentLine == [0, 2])
    }

    @Test func aDamagedConversationDoesNotCostTheOthers() {
        let good = chatGPT("1")[0]?.text ?? ""
        let deep = "{\"mapping\": {}, \"x\": " + String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000) + "}"
        let (found, skipped) = read(Array("[\(good), {\"mapping\": tru}, null, 7, {\"title\": \"x\"}, \(deep), {\"mapping\": {}}, \(good)]".utf8))
        #expect(found.count == 2)
        #expect(skipped.conversations == 5 && skipped.empty == 1 && !skipped.isCutOff)
        #expect(skipped.sentence == "5 conversations could not be read; 1 conversation without a message left out.")
    }

    @Test func aFileThatBreaksOffIsReadAsFarAsItGoes() {
        let bytes = chatGPT("1", "2").bytes
        let (found, skipped) = read(Array(bytes.dropLast(10)))
        #expect(found.count == 1 && skipped.isCutOff)
        #expect(skipped.sentence == "the file breaks off before its end.")
        let unended = Array("[\(chatGPT("1")[0]?.text ?? "")}".utf8)
        #expect(read(unended).skipped.isCutOff)
    }

    @Test func noMoreThanTheLimitAreRead() {
        var limits = ConversationImport.Limits()
        limits.conversations = 2
        let (found, skipped) = read(chatGPT("1", "2", "3").bytes, limits: limits)
        #expect(found.count == 2 && skipped.conversations == 1)
    }

    @Test(arguments: [
        ("half \\ud83c of a pair", "half \u{fffd} of a pair"), ("other half \\uDF4A.", "other half \u{fffd}."),
        ("two \\ud83c\\ud83c\\udf4a", "two \u{fffd}🍊"), ("whole \\ud83c\\udf4a", "whole 🍊"), ("\\ud83c\\n", "\u{fffd}\n"),
        ("raw\nline\tand \u{1}", "raw\nline\tand  "), ("no \\escape \\\\", "no \\escape \\"), ("short \\u12", "short \u{fffd}12"),
    ])
    func damagedCharactersDoNotCostTheText(_ written: String, _ expected: String) {
        let file = "[{\"title\": \"ok\", \"create_time\": NaN, \"mapping\": {\"q\": {\"message\": {\"author\": {\"role\": \"user\"}, "
        let (found, skipped) = read(Array((file + "\"content\": {\"parts\": [\"\(written)\"]}}}}}]").utf8))
        #expect(found.first?.messages.map(\.content) == [expected])
        #expect(skipped.repaired == 1 && skipped.conversations == 0)
    }

    @Test func bytesThatAreNotUTF8DoNotCostTheText() {
        let start = Array("[{\"mapping\": {\"q\": {\"message\": {\"author\": {\"role\": \"user\"}, \"content\": {\"parts\": [\"a".utf8)
        let (found, skipped) = read(start + [0xff, 0x62, 0xed, 0xa0, 0xbc] + Array("c\"]}}}}}]".utf8))
        let content = found.first?.messages.first?.content ?? ""
        #expect(content.hasPrefix("a\u{fffd}b\u{fffd}") && content.hasSuffix("c"))
        #expect(skipped.repaired == 1)
    }

    // MARK: Chance

    /// Bytes of a good file are changed, taken out, doubled and cut: whatever comes of it is read without a fault, or refused.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func changedFilesNeverBreakTheReader(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let files = [chatGPT("1", "2").bytes, JSONValue.array([openWebUI, openWebUI]).bytes, openWebUI.bytes]
        let pieces: [[UInt8]] = ["\"", "\\", "{", "}", "[", "]", ",", "null", "\\ud83c", "\u{e200}", "-1e999", "\"parent\":", "\"q\"", "\"a\""].map {
            Array($0.utf8)
        }
        for round in 0..<300 {
            var bytes = files[round % files.count]
            for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
                let start = Int.random(in: 0..<bytes.count, using: &random)
                let end = min(bytes.count, start + Int.random(in: 1...20, using: &random))
                switch Int.random(in: 0..<5, using: &random) {
                case 0: bytes[start] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.removeSubrange(start..<end)
                case 2: bytes.insert(contentsOf: Array(bytes[start..<end]), at: start)
                case 3: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: start)
                default: if Int.random(in: 0..<10, using: &random) == 0 { bytes.removeLast(bytes.count - start) }
                }
            }
            do { _ = try ConversationImport.detect(bytes) } catch { #expect(!error.message.isEmpty) }
            for product in ConversationImport.Product.allCases {
                let (found, skipped) = read(bytes, product)
                #expect(found.allSatisfy { $0.isSound && !$0.messages.isEmpty })
                #expect(skipped.isEmpty == (skipped.sentence == nil))
            }
        }
    }

    /// Trees whose links are drawn by lot: every message stands in at least one place, after its parent.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func treesByLotKeepEveryMessage(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<40 {
            let count = Int.random(in: 1...30, using: &random)
            func name() -> String { "n\(Int.random(in: 0..<count + 2, using: &random))" }
            var tree = ChatGPTTree()
            for number in 0..<count {
                let role = ["user", "assistant", "assistant", "tool"].randomElement(using: &random) ?? "user"
                let text = "<\(number)>"
                tree.say("n\(number)", role, after: Bool.random(using: &random) ? name() : nil, text)
                tree.children(of: "n\(number)", (0..<Int.random(in: 0...3, using: &random)).map { _ in name() })
            }
            let found = try #require(tree.read(current: name()))
            #expect(found.isSound)
            let all = found.messages.map(\.content).joined()
            for member in tree.mapping.members where member.value["message"]?["author"]?["role"] != "tool" {
                let text = try #require(member.value["message"]?["content"]?["parts"]?[0]?.string)
                #expect(all.contains(text))
            }
        }
    }
}
