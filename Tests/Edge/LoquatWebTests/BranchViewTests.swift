import Conversation
import Testing
import TimeOrdered

@testable import LoquatWeb

struct BranchViewTests {
    private func view(_ name: String) -> BranchView {
        BranchView(Branch(name: name, turnID: nil, headTurnID: nil, createdAt: Timestamp(milliseconds: 0)), isCurrent: name == "b")
    }

    @Test func linesStandUnderThoseThatTheyBeginOn() throws {
        let tree = BranchView.tree(["main", "a", "b", "c"].map(view), parents: ["a": "main", "b": "a", "c": "main"])
        #expect(tree.map(\.name) == ["main"])
        let main = try #require(tree.first)
        #expect(main.isMain && main.children.map(\.name) == ["a", "c"])
        let first = try #require(main.children.first)
        #expect(!first.isMain && first.children.map(\.name) == ["b"])
        #expect(first.children.map(\.isCurrent) == [true])
    }

    @Test func aNameIsOnePartOfAPath() { #expect(view("a/b?").path == "a%2Fb%3F") }

    @Test func versionsAreCountedFromOne() throws {
        let ids = (1...3).map { TurnID(high: 0, low: UInt64($0)) }
        let middle = try #require(VersionsView(of: ids[1], among: NearVersions(ids: ids)))
        #expect(middle.place == "2 of 3")
        #expect(middle.previousVersion == ids[0].description && middle.nextVersion == ids[2].description)
        let first = try #require(VersionsView(of: ids[0], among: NearVersions(ids: ids)))
        #expect(first.place == "1 of 3" && first.previousVersion == nil)
        #expect(VersionsView(of: ids[0], among: NearVersions(ids: [ids[0]])) == nil)
    }

    @Test func whereThereAreMoreVersionsThePlaceSaysSo() throws {
        let ids = (1...300).map { TurnID(high: 0, low: UInt64($0)) }
        let middle = try #require(VersionsView(of: ids[150], among: NearVersions(of: ids[150], among: ids)))
        #expect(middle.place == "51 of 100+")
        #expect(middle.previousVersion == ids[149].description && middle.nextVersion == ids[151].description)
    }
}
