import JSON
import Testing

@testable import Conversation

/// Trees whose links are wrong, long or many.
struct ExportTreeTests {
    @Test func aMissingParentBeginsALine() throws {
        var tree = ChatGPTTree()
        tree.node("root", after: nil, nil)
        tree.say("q", after: "root")
        tree.say("lost", after: "never")
        tree.say("a", "assistant", after: "lost")
        let found = try #require(tree.read(current: "a"))
        #expect(found.outline == ["·→u:q", "·→u:lost", "1→a:a"])
        #expect(found.skipped.links == 1 && found.currentLine == [1, 2])
    }

    @Test func aFirstNodeMayNameAParentThatNeverWas() throws {
        var tree = ChatGPTTree()
        tree.say("q", after: "client-created-root")
        tree.say("a", "assistant", after: "q")
        #expect(try #require(tree.read()).skipped.isEmpty)
    }

    @Test func aParentIsKnownByItsChildrenToo() throws {
        var tree = ChatGPTTree()
        tree.say("q", after: nil)
        tree.say("a", "assistant", after: nil)
        tree.children(of: "q", ["a", "a", "q", "never"])
        let found = try #require(tree.read(current: "a"))
        #expect(found.outline == ["·→u:q", "0→a:a"] && found.skipped.isEmpty)
    }

    @Test func circlesAreOpened() throws {
        var tree = ChatGPTTree()
        tree.say("own", after: "own")
        for (name, parent) in [("x", "z"), ("y", "x"), ("z", "y"), ("tail", "y")] { tree.say(name, after: parent) }
        tree.children(of: "z", ["x"])
        let found = try #require(tree.read(current: "tail"))
        #expect(found.isSound)
        #expect(found.outline == ["·→u:own", "·→u:x", "1→u:y", "2→u:z", "2→u:tail"])
        #expect(found.currentLine == [1, 2, 4])
        #expect(found.skipped.links > 0)
    }

    @Test func anIdThatStandsTwiceLosesNoMessage() throws {
        var tree = ChatGPTTree()
        tree.say("q", after: nil, "first")
        tree.say("q", after: nil, "second")
        tree.say("a", "assistant", after: "q")
        let found = try #require(tree.read())
        #expect(found.outline == ["·→u:first", "·→u:second", "1→a:a"])
    }

    @Test(arguments: [true, false])
    func aHundredThousandMessagesInOneLine(_ isForwards: Bool) throws {
        let count = 100_000
        var tree = ChatGPTTree()
        for number in isForwards ? Array(0..<count) : (0..<count).reversed() {
            tree.say("\(number)", number % 2 == 0 ? "user" : "assistant", after: number == 0 ? nil : "\(number - 1)")
        }
        let found = try #require(tree.read(current: "\(count - 1)"))
        #expect(found.messages.count == count && found.current == count - 1 && found.skipped.isEmpty)
        let isInLine = found.messages.enumerated().allSatisfy { index, message in
            message.parent == (index == 0 ? nil : index - 1) && message.content == "\(index)"
        }
        #expect(isInLine)
        #expect(found.currentLine.count == count)
    }

    @Test func aHundredThousandPartsOfOneAnswer() throws {
        var tree = ChatGPTTree()
        tree.say("q", after: nil)
        for number in 0..<100_000 { tree.say("\(number)", "assistant", after: number == 0 ? "q" : "\(number - 1)", "x") }
        let found = try #require(tree.read())
        #expect(found.messages.count == 2)
        #expect(found.messages[1].content.utf8.count == 100_000 * 3 - 2)
    }

    @Test func aCircleOfAHundredThousand() throws {
        var tree = ChatGPTTree()
        for number in 0..<100_000 { tree.say("\(number)", after: "\((number + 1) % 100_000)", "x") }
        let found = try #require(tree.read())
        #expect(found.isSound && found.messages.count == 100_000 && found.skipped.links == 1)
    }

    /// Written out whole in each of its ways, this run would be 2,000 times 10 MB.
    @Test func aRunThatForksAtEachStepTakesNoMoreThanItsLimit() throws {
        var tree = ChatGPTTree()
        let text = String(repeating: "x", count: 10_000)
        for number in 0..<2_000 {
            tree.say("\(number)", "assistant", after: number == 0 ? nil : "\(number - 1)", text)
            tree.say("leaf \(number)", "assistant", after: "\(number)", "y")
        }
        let found = try #require(tree.read())
        #expect(found.isSound && found.messages.count == 2_000)
        let bytes = found.messages.reduce(0) { $0 + $1.content.utf8.count }
        // Each piece once, the copies, and two line breaks beside each.
        #expect(bytes <= 2_000 * 10_003 + 2 * ExportTree.copyLimit)
        let leaves = found.messages.count { $0.content.hasSuffix("y") }
        #expect(leaves == 2_000)
    }
}
