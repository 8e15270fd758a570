/// Reads the conversations of another product's export one after the other: only one of them is in memory as more than bytes.
package struct ExportReader: Sendable {
    private let product: ConversationImport.Product
    private let limits: ConversationImport.Limits
    private var elements: ExportElements
    private var count = 0
    /// What could not be read so far; whole once `next` gave nil.
    package private(set) var skipped = SkippedParts()

    /// - Parameter product: as `ConversationImport.detect` told it.
    package init(_ bytes: [UInt8], of product: ConversationImport.Product, limits: ConversationImport.Limits = .init()) {
        self.product = product
        self.limits = limits
        elements = ExportElements(bytes)
    }

    /// The next conversation that has a message; nil at the end.
    package mutating func next() -> ImportedConversation? {
        while let element = elements.next() {
            count += 1
            guard count <= limits.conversations, let (conversation, isRepaired) = read(element) else {
                skipped.conversations += 1
                continue
            }
            skipped += conversation.skipped
            if isRepaired { skipped.repaired += 1 }
            if !conversation.messages.isEmpty { return conversation }
            skipped.empty += 1
        }
        skipped.isCutOff = elements.isCutOff
        return nil
    }

    private func read(_ element: ArraySlice<UInt8>) -> (ImportedConversation, Bool)? {
        // reason: one that cannot be read is counted
        guard let (value, isRepaired) = try? ExportElements.value(element) else { return nil }
        let conversation =
            switch product {
            case .chatGPT: ChatGPTExport.conversation(value)
            case .openWebUI: OpenWebUIExport.conversation(value)
            }
        return conversation.map { ($0, isRepaired) }
    }
}
