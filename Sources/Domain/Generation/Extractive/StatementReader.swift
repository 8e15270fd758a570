import Conversation
import SearchIndex

/// Reads what sources state.
struct StatementReader {
    let analyzer: Analyzer

    func statements(of source: Source, at index: Int) -> [Statement] {
        let path = source.sectionHeading?.split(separator: " › ").map(String.init) ?? []
        let passage = PassageBlocks(
            source.content, titles: [source.title] + path, chunks: Set(source.parts.dropFirst().map { $0.start - source.start }))
        var section = Section(number: 0, title: terms(([source.title] + path.dropLast()).joined(separator: " ")), heading: terms(path.last ?? ""))
        var statements: [Statement] = []
        let blocks = passage.blocks
        func add(_ range: Range<Int>, items: [Range<Int>] = [], isItem: Bool = false, announced: Set<String> = []) {
            let text = passage.text(range)
            let terms = terms(text)
            guard terms.count > 1 || !items.isEmpty else { return }
            statements.append(
                Statement(
                    source: index, range: range, text: text, terms: terms, above: section.terms.union(announced), heading: section.heading,
                    section: section.number, isItem: isItem, items: items, itemTexts: items.map(passage.text)))
        }
        func addList(_ items: [Range<Int>]) {
            guard let first = items.first else { return }
            add(first.lowerBound..<first.lowerBound, items: items)
            for item in items { add(item, isItem: true) }
        }
        for (place, block) in blocks.enumerated() {
            switch block.role {
            case .heading:
                let heading = passage.text(block.range)
                guard heading != source.title, !path.contains(heading) else { continue }
                let goesOn = place > 0 && blocks[place - 1].role == .heading && section.number > 0
                section = Section(
                    number: section.number + 1, title: section.title, heading: terms(heading).union(goesOn ? section.heading : []))
            case .text:
                let sentences = passage.sentences(of: block)
                let items = Self.items(after: place, in: blocks)
                for (number, sentence) in sentences.enumerated() {
                    let announces = number == sentences.count - 1 && (passage.endsWithColon(sentence) || !passage.isEnded(sentence))
                    add(sentence, items: announces ? items : [])
                    guard announces, !items.isEmpty else { continue }
                    let announced = terms(passage.text(sentence))
                    for item in items { add(item, isItem: true, announced: announced) }
                }
                if let last = sentences.last, passage.isEnded(last) { addList(items) }
            case .item where place == 0 || blocks[place - 1].role == .heading || block.startsChunk:
                addList([block.range] + Self.items(after: place, in: blocks))
            case .item: break
            }
        }
        return statements
    }

    private struct Section {
        let number: Int
        let title: Set<String>
        let heading: Set<String>

        var terms: Set<String> { title.union(heading) }
    }

    private static func items(after place: Int, in blocks: [PassageBlocks.Block]) -> [Range<Int>] {
        blocks[(place + 1)...].prefix { $0.role == .item && !$0.startsChunk }.map(\.range)
    }

    private func terms(_ text: String) -> Set<String> { Set(analyzer.terms(text)) }
}
