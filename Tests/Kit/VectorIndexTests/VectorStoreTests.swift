import Foundation
import TestSupport
import Testing

@testable import VectorIndex

@Suite struct VectorStoreTests {
    @Test func findsWhatComparingAllFinds() throws {
        let fixture = try VectorFixture()
        let store = try fixture.open()
        // More rows than a block holds, so that searches cross blocks.
        let documents = (1...60).map { fixture.document($0, in: $0 % 3, rows: 90) }
        try store.replace(documents)
        #expect(store.count == 5400)
        let scope = VectorScope(partitions: [0, 2], documents: Set((1...60).filter { $0 % 5 != 0 }))
        let rows = documents.filter { $0.partition != 1 && $0.document % 5 != 0 }.flatMap { document in
            document.keys.indices.map { (document.keys[$0], document.vectors[$0 * 48..<($0 + 1) * 48]) }
        }
        var missed = 0
        for _ in 0..<20 {
            let query = fixture.vector()
            let expected = rows.map { (key: $0.0, score: dot($0.1, query)) }.sorted { $0.score > $1.score }.prefix(10)
            let exact = try store.search(query, in: scope, limit: 10, scan: .exact)
            #expect(exact.map(\.key) == expected.map(\.key))
            for (hit, wanted) in zip(exact, expected) { #expect(abs(hit.score - wanted.score) < 1e-5) }
            let rescored = try store.search(query, in: scope, limit: 10, scan: .rescored)
            missed += Set(exact).subtracting(rescored).count
        }
        #expect(missed <= 2, "of 200")
    }

    @Test func rightsAndFiltersAreKept() throws {
        let fixture = try VectorFixture()
        let store = try fixture.open()
        try store.replace([fixture.document(1, in: 1), fixture.document(2, in: 2), fixture.document(3, in: 1)])
        #expect(try store.keys(in: [1]) == [100, 101, 102, 300, 301, 302])
        #expect(try store.keys(in: [2]) == [200, 201, 202])
        #expect(try store.keys(in: [1, 2], documents: [3, 2]) == [200, 201, 202, 300, 301, 302])
        #expect(try store.keys(in: [2], documents: [3]) == [])
        #expect(try store.keys(in: [1], documents: []) == [])
        #expect(try store.keys(in: []) == [])
    }

    @Test(arguments: [false, true])
    func whatWasDeletedLeavesTheFile(afterRestart: Bool) throws {
        let fixture = try VectorFixture()
        let gone = fixture.document(1, in: 2)
        let bytes = gone.vectors.withUnsafeBytes { Data($0.prefix(48 * 4)) }
        do {
            let store = try fixture.open()
            try store.replace([gone, fixture.document(2)])
            try store.remove(partition: 2)
            #expect(try fixture.bytes().range(of: bytes) != nil)
            if !afterRestart { try store.forgetDeleted() }
        }
        let store = try fixture.open()
        if afterRestart { try store.forgetDeleted() }
        #expect(try fixture.bytes().range(of: bytes) == nil)
        #expect(try store.keys(in: [1, 2]) == [200, 201, 202])
        try store.replace([fixture.document(3)])
        #expect(try store.keys() == [200, 201, 202, 300, 301, 302])
    }

    @Test(arguments: [Array(0..<50 as Range<Int64>), [3, 1, 2, 9, 4], [7], [5, 5, 5], [0, 2, 4, 6, 8]] as [[Int64]])
    func vectorsComeByTheirKeys(keys: [Int64]) throws {
        let fixture = try VectorFixture()
        let store = try fixture.open()
        let vectors = keys.map { _ in fixture.vector() }
        try store.replace([
            fixture.document(8), DocumentVectors(document: 9, partition: 1, keys: keys, vectors: vectors.flatMap(\.self)), fixture.document(10),
        ])
        for low in -1...10 as ClosedRange<Int64> {
            for high in low...11 {
                let found = store.vectors(of: 9, keys: low...high)
                let wanted = keys.indices.filter { (low...high).contains(keys[$0]) }
                #expect(found.map(\.key) == wanted.map { keys[$0] } && found.map(\.vector) == wanted.map { vectors[$0] })
            }
        }
    }

    @Test func replacesAndRemoves() throws {
        let fixture = try VectorFixture()
        do {
            let store = try fixture.open()
            try store.replace([fixture.document(1), fixture.document(2, in: 2), fixture.document(3)])
            try store.replace([fixture.document(1, rows: 2)])
            try store.remove(document: 3)
            try store.remove(document: 77)
            try store.replace([fixture.document(4, in: 2)])
            try store.remove(partition: 2)
            try store.replace([fixture.document(5, in: 2, rows: 1)])
            #expect(store.holds(document: 1) && !store.holds(document: 2) && !store.holds(document: 3))
            #expect(try store.keys(in: [1, 2]) == [100, 101, 500])
        }
        let store = try fixture.open()
        #expect(try store.keys(in: [1, 2]) == [100, 101, 500])
        #expect(store.count == 3)
    }

    @Test func aSearchGivesTheSameAfterARestart() throws {
        let fixture = try VectorFixture()
        let query = fixture.vector()
        var before: [VectorHit] = []
        do {
            let store = try fixture.open()
            for number in 1...30 { try store.replace([fixture.document(Int64(number))]) }
            before = try store.search(query, in: VectorScope(partitions: [1]), limit: 7)
        }
        #expect(before.count == 7)
        #expect(try fixture.open().search(query, in: VectorScope(partitions: [1]), limit: 7) == before)
    }

    @Test func vectorsOfAnotherModelAreRefused() throws {
        let fixture = try VectorFixture()
        do { try fixture.open().replace([fixture.document(1)]) }
        #expect { try fixture.open(model: "other") } throws: { ($0 as? VectorFileError)?.isOtherModel == true }
        #expect { try fixture.open(dimensions: 12) } throws: { ($0 as? VectorFileError)?.isOtherModel == true }
        #expect(try fixture.open().count == 3)
    }

    @Test func oneOpensItAtATime() throws {
        let fixture = try VectorFixture()
        let store = try fixture.open()
        #expect(throws: VectorFileError.self) { try fixture.open() }
        #expect(store.count == 0)
    }

    @Test func whatIsNoVectorIsRefused() throws {
        let fixture = try VectorFixture()
        let store = try fixture.open()
        let short = DocumentVectors(document: 1, partition: 1, keys: [1], vectors: [1, 2])
        #expect(throws: VectorFileError.wrongSize) { try store.replace([short]) }
        var infinite = fixture.document(1)
        infinite = DocumentVectors(document: 1, partition: 1, keys: infinite.keys, vectors: infinite.vectors.map { $0 / 0 })
        #expect(throws: VectorFileError.notFinite) { try store.replace([infinite]) }
        #expect(throws: VectorFileError.wrongSize) { try store.search([1], in: VectorScope(partitions: [1]), limit: 1) }
        #expect(store.count == 0)
        try store.replace([DocumentVectors(document: 2, partition: 1, keys: [7], vectors: Array(repeating: 0, count: 48))])
        #expect(try store.keys() == [7])
    }

    @Test func removedRowsLeaveTheFile() throws {
        let fixture = try VectorFixture()
        do {
            let store = try fixture.open()
            let rows = 4096
            for _ in 0..<6 {
                let vectors = Array(repeating: fixture.vector(), count: rows).flatMap { $0 }
                try store.replace([DocumentVectors(document: 1, partition: 1, keys: (0..<rows).map { Int64($0) }, vectors: vectors)])
            }
            try store.replace([fixture.document(2)])
            #expect(store.count == rows + 3)
            #expect(try fixture.bytes().count < 5 * rows * 48 * 5)
        }
        let store = try fixture.open()
        #expect(store.count == 4099)
        #expect(try store.keys(documents: [2]) == [200, 201, 202])
    }

    @Test func scatteredBlocksAreGathered() throws {
        let fixture = try VectorFixture()
        let store = try fixture.open()
        let number = Int64(VectorStore.compactionBlocks) + 10
        for document in 1...number { try store.replace([fixture.document(document, rows: 1)]) }
        #expect(store.count == Int(number))
        #expect(try fixture.bytes().count < Int(number) * (48 * 5 + 64 + 3 * 64))
        #expect(try store.keys() == (1...number).map { $0 * 100 })
    }

    @Test func searchesGoOnWhileOthersWrite() async throws {
        let fixture = try VectorFixture()
        let store = try fixture.open()
        let documents = (1...200).map { fixture.document($0, rows: 5) }
        try store.replace(Array(documents[..<100]))
        let query = fixture.vector()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for document in documents[100...] {
                    #expect(throws: Never.self) {
                        try store.replace([document])
                        try store.remove(document: document.document - 100)
                    }
                }
            }
            group.addTask {
                for _ in 0..<300 {
                    #expect(throws: Never.self) {
                        let hits = try store.search(query, in: VectorScope(partitions: [1]), limit: 2000, scan: .exact)
                        #expect(Set(hits.map(\.key)).count == hits.count)
                        // At any time a hundred documents, or one more between the two halves of a step.
                        #expect(hits.count == 500 || hits.count == 505)
                    }
                }
            }
        }
        #expect(try store.keys() == (101...200).flatMap { document in (0..<5).map { Int64(document) * 100 + Int64($0) } })
    }
}
