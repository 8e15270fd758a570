import Testing

@testable import SearchIndex

struct TermTableTests {
    private func insert(_ term: String, _ table: inout TermTable) -> (number: UInt32, isNew: Bool) {
        Array(term.utf8).withUnsafeBufferPointer { table.insert($0) }
    }

    private func text(_ number: UInt32, _ table: TermTable) -> String { table.withTerm(number) { String(decoding: $0, as: UTF8.self) } }

    @Test func termsKeepTheirNumbersWhileItGrows() {
        var table = TermTable()
        for number in 0..<5_000 {
            #expect(insert("term\(number)", &table) == (UInt32(number), true))
            #expect(insert("term\(number / 2)", &table) == (UInt32(number / 2), false))
        }
        for number in 0..<5_000 {
            #expect(table.number(of: "term\(number)") == UInt32(number))
            #expect(text(UInt32(number), table) == "term\(number)")
        }
        for term in ["", "term", "term5000", "Term1"] { #expect(table.number(of: term) == nil) }
        #expect(table.count == 5_000)
    }

    @Test func theEmptyTermIsATerm() {
        var table = TermTable()
        #expect(insert("a", &table).number == 0)
        #expect(insert("", &table) == (1, true))
        #expect(table.number(of: "") == 1)
    }

    @Test func newTermsFillHoles() {
        var table = TermTable()
        for number in 0..<10 { _ = insert("t\(number)", &table) }
        var kept = table.keeping { $0 % 3 == 0 }
        #expect(kept.numbers == [0, 3, 6, 9])
        #expect(kept.number(of: "t3") == 3)
        #expect(kept.number(of: "t4") == nil)
        let new = (0..<7).map { insert("n\($0)", &kept) }
        #expect(new.map(\.number) == [1, 2, 4, 5, 7, 8, 10])
        #expect(new.map(\.number).map { text($0, kept) } == (0..<7).map { "n\($0)" })
        #expect(text(6, kept) == "t6")
    }

    @Test func whatIsTakenIsNotRestored() {
        var table = TermTable()
        func restore(_ term: String, _ number: UInt32) -> Bool { Array(term.utf8).withUnsafeBufferPointer { table.restore($0, number: number) } }
        #expect(restore("a", 5))
        #expect(!restore("a", 6))
        #expect(!restore("b", 5))
        #expect(restore("b", 2))
        #expect(table.numbers == [2, 5])
        #expect(table.numberLimit == 6)
    }

    @Test func longTermsAreCut() {
        var table = TermTable()
        let long = String(repeating: "x", count: 300)
        let number = insert(long, &table).number
        #expect(insert(long + "y", &table) == (number, false))
        #expect(text(number, table).utf8.count == TermTable.byteLimit)
    }
}
