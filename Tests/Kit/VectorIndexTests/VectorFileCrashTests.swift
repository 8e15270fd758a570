import Foundation
import TestSupport
import Testing

@testable import VectorIndex

/// What a crash or a bad disk may leave of the file.
@Suite struct VectorFileCrashTests {
    /// A file of five blocks, and where each ends.
    private func written(_ fixture: VectorFixture) throws -> (whole: Data, ends: [(bytes: Int, keys: [Int64])]) {
        var ends: [(bytes: Int, keys: [Int64])] = []
        let store = try fixture.open()
        ends.append((try fixture.bytes().count, []))
        for number in 1...4 {
            try store.replace([fixture.document(Int64(number), rows: 2)])
            ends.append((try fixture.bytes().count, try store.keys()))
        }
        try store.remove(document: 2)
        ends.append((try fixture.bytes().count, try store.keys()))
        return (try fixture.bytes(), ends)
    }

    @Test func aTornTailIsDropped() throws {
        let fixture = try VectorFixture()
        let (whole, ends) = try written(fixture)
        for cut in stride(from: 0, through: whole.count, by: 61) {
            try fixture.write(whole.prefix(cut))
            let store = try fixture.open()
            #expect(try store.keys() == ends.last { $0.bytes <= cut }?.keys ?? [], "cut at \(cut)")
            try store.replace([fixture.document(9, rows: 1)])
            #expect(try store.keys().contains(900))
        }
    }

    @Test func whatComesAfterATornTailIsThereAfterARestart() throws {
        let fixture = try VectorFixture()
        let (whole, ends) = try written(fixture)
        try fixture.write(whole.prefix(ends[3].bytes - 1))
        do { try fixture.open().replace([fixture.document(9, rows: 1)]) }
        #expect(try fixture.open().keys() == ends[2].keys + [900])
    }

    @Test func aWrongByteEndsTheFileBeforeItsBlock() throws {
        let fixture = try VectorFixture()
        let (whole, ends) = try written(fixture)
        var random = SeededRandom(seed: 4)
        for _ in 0..<200 {
            let place = Int.random(in: ends[0].bytes..<whole.count, using: &random)
            var damaged = whole
            damaged[place] ^= UInt8.random(in: 1...255, using: &random)
            try fixture.write(damaged)
            let keys = try fixture.open().keys()
            // A header's last bytes mean nothing and are not checked.
            let isBefore = keys == ends.last { $0.bytes <= place }?.keys
            let isSpare = ends.contains { (36..<64).contains(place - $0.bytes) } && keys == ends.last?.keys
            #expect(isBefore || isSpare, "at \(place)")
        }
    }

    @Test func zerosAtTheEndAreDropped() throws {
        let fixture = try VectorFixture()
        let (whole, ends) = try written(fixture)
        try fixture.write(whole + Data(count: 100_000))
        #expect(try fixture.open().keys() == ends.last?.keys)
        #expect(try fixture.bytes().count == whole.count)
    }

    @Test func somethingElseIsNotTouched() throws {
        let fixture = try VectorFixture()
        let other = Data(repeating: UInt8(ascii: "x"), count: 10_000)
        try fixture.write(other)
        #expect(throws: VectorFileError.notVectors) { try fixture.open() }
        #expect(try fixture.bytes() == other)
    }
}
