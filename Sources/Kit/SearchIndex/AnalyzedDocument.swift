/// A document as the index stores it: how often each term stands in each passage, fields weighed. Terms are numbered within it, so that
/// the index has to look up each but once.
struct AnalyzedDocument {
    struct Passage {
        let key: Int64
        let length: UInt32
        var terms: [(number: UInt32, frequency: UInt32)]
    }

    let partition: Int64
    let document: Int64
    private(set) var terms = TermTable()
    private(set) var passages: [Passage] = []

    init(_ document: DocumentPassages, _ analyzer: Analyzer) {
        partition = document.partition
        self.document = document.document
        var frequencies: [UInt32] = []
        for passage in document.passages { add(passage, analyzer, &frequencies) }
    }

    private mutating func add(_ passage: IndexedPassage, _ analyzer: Analyzer, _ frequencies: inout [UInt32]) {
        var numbers: [UInt32] = []
        var length: UInt32 = 0
        func add(_ text: String, _ weight: UInt32) {
            for var term in analyzer.terms(text) {
                let number = term.withUTF8 { terms.insert($0).number }
                if Int(number) == frequencies.count { frequencies.append(0) }
                if frequencies[Int(number)] == 0 { numbers.append(number) }
                frequencies[Int(number)] += weight
                length += weight
            }
        }
        add(passage.body, 1)
        add(passage.title, BM25.titleWeight)
        add(passage.heading, BM25.headingWeight)
        passages.append(Passage(key: passage.key, length: length, terms: numbers.map { ($0, frequencies[Int($0)]) }))
        for number in numbers { frequencies[Int(number)] = 0 }
    }
}
