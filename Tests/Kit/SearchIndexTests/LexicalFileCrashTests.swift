import Foundation
import TestSupport
import Testing

@testable import SearchIndex

/// What a crash or a bad disk may leave of the file.
@Suite struct LexicalFileCrashTests {
    private struct End {
        let bytes: Int
        let keys: [Int64]
    }

    private func keys(_ index: LexicalIndex) -> [Int64] { index.search("whale", partitions: [1, 2], limit: 100).map(\.key).sorted() }

    /// A file of six blocks, and where each ends.
    private func written(_ fixture: LexicalFixture) throws -> (whole: Data, ends: [End]) {
        let index = try fixture.open()
        var ends: [End] = []
        func note() throws { ends.append(End(bytes: try fixture.bytes().count, keys: keys(index))) }
        try note()
        for number in Int64(1)...3 {
            let passages = (0..<2).map { passage(10 * number + $0, "whale song of word\(number) and word\(number + $0)") }
            index.replace(document: number, in: 1 + number % 2, passages: passages)
            try note()
        }
        index.remove(document: 2, from: 1)
        try note()
        index.removePartition(2)
        try note()
        index.replace(document: 3, in: 1, passages: [passage(40, "whale word2 word7"), passage(41, "whale boat")])
        try note()
        return (try fixture.bytes(), ends)
    }

    @Test func aTornTailIsDroppedAtEveryByte() throws {
        let fixture = try LexicalFixture()
        let (whole, ends) = try written(fixture)
        for cut in 0..<whole.count {
            try fixture.write(whole.prefix(cut))
            do {
                let index = try fixture.open()
                #expect(keys(index) == ends.last { $0.bytes <= cut }?.keys ?? [], "cut at \(cut)")
                index.replace(document: 9, in: 1, passages: [passage(90, "whale word2 word9")])
            }
            let index = try fixture.open()
            #expect(keys(index) == (ends.last { $0.bytes <= cut }?.keys ?? []) + [90], "cut at \(cut)")
            #expect(index.search("word9", partitions: [1], limit: 9).map(\.key) == [90])
        }
    }

    @Test func aFlippedBitEndsTheFileBeforeItsBlock() throws {
        let fixture = try LexicalFixture()
        let (whole, ends) = try written(fixture)
        for place in 0..<whole.count {
            var damaged = whole
            damaged[place] ^= 1 << UInt8(place % 8)
            try fixture.write(damaged)
            #expect(keys(try fixture.open()) == ends.last { $0.bytes <= place }?.keys ?? [], "at \(place)")
        }
    }

    @Test func zerosAtTheEndAreDropped() throws {
        let fixture = try LexicalFixture()
        let (whole, ends) = try written(fixture)
        try fixture.write(whole + Data(count: 100_000))
        #expect(keys(try fixture.open()) == ends.last?.keys)
        #expect(try fixture.bytes().count == whole.count)
    }

    /// A block whose checksum is right, of a program that is wrong.
    @Test func wholeBlocksOfNonsenseAreNotBelieved() throws {
        var random = SeededRandom(seed: 5)
        let fixture = try LexicalFixture()
        var record = ByteWriter()
        for number in [1, 1] as [Int64] { record.fixed(number) }
        for number in [0, 1] as [UInt32] { record.fixed(number) }
        record.fixed(UInt64(12))
        record.fixed(Int64(5))
        for number in [1, 1, 8, 0] as [UInt64] { record.varint(number) }
        let newTerm: [UInt8] = [1, 0, 0, 0, 9, 0, 0, 0, 1, 120]
        let payloads: [[UInt8]] = [
            [], newTerm + record.bytes.dropLast(), [1, 0, 0, 0], [0, 0, 0, 0] + record.bytes, [0, 0, 0, 0] + record.bytes.dropLast(),
        ]
        let noise = (0..<200).map { size in (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) } }
        for payload in payloads + noise {
            for kind in [LexicalFileFormat.Kind.documents, .removals, .partitionRemovals] {
                do {
                    let index = try fixture.open()
                    for partition in [1, 2] as [Int64] { index.removePartition(partition) }
                    index.replace(document: 3, in: 2, passages: [passage(3, "whale")])
                }
                do {
                    var file = try LexicalFile(path: fixture.path)
                    _ = try file.read { _, _ in true }
                    try file.append(kind, payload)
                }
                let index = try fixture.open()
                #expect([[], [3]].contains(keys(index)))
                #expect(index.passageCount <= 1)
                index.replace(document: 4, in: 2, passages: [passage(4, "whale")])
                #expect(keys(index).last == 4)
            }
        }
    }
}
