@_spi(_Unicode) import Swift

/// What BERT's uncased models make of one scalar before words are cut into pieces: text is cleaned, Chinese characters stand alone,
/// accents fall off after canonical decomposition, the rest is lower case.
///
/// No scalar's treatment depends on its neighbours: marks of a combining class, whose order a decomposition might change, are dropped.
enum BasicText {
    enum Class: Hashable, Sendable {
        /// Says nothing, and does not part a word.
        case dropped
        case space
        /// A word of its own.
        case alone
        case letter
    }

    /// The class of a scalar as it stands in the text. What is neither space nor dropped is then folded.
    static func first(_ scalar: Unicode.Scalar) -> Class {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20: return .space
        case 0...0x1F, 0x7F, 0xFFFD: return .dropped
        case 0x21...0x7E: return .letter
        default: break
        }
        if isChinese(scalar.value) { return .alone }
        let properties = scalar.properties
        if isKnown(scalar) {
            switch properties.generalCategory {
            case .control, .format, .privateUse: return .dropped
            case .nonspacingMark where !laterMarks.contains(scalar.value): return .dropped
            default: break
            }
        }
        return properties.isWhitespace ? .space : .letter
    }

    /// The scalars that stand for one that is not dropped, with the class of each.
    static func fold(_ scalar: Unicode.Scalar, _ body: (Unicode.Scalar, Class) -> Void) {
        for part in String(scalar)._nfd {
            if first(part) == .dropped { continue }
            if earlierMarks.contains(part.value) { continue }
            for lower in part.properties.lowercaseMapping.unicodeScalars { body(lower, isPunctuation(lower) ? .alone : .letter) }
        }
    }

    static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 33...47, 58...64, 91...96, 123...126: return true
        case 0..<128: return false
        case 0x166D, 0x111C9: return true
        default: break
        }
        guard isKnown(scalar) else { return false }
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
            .otherPunctuation:
            return true
        default: return false
        }
    }

    /// The reference's tables are those of Unicode 8: what came later is a letter like any other to it.
    private static func isKnown(_ scalar: Unicode.Scalar) -> Bool {
        guard let age = scalar.properties.age else { return false }
        return age.major <= 8
    }

    /// Scalars that were marks in Unicode 8 and are no more, and the other way round.
    private static let earlierMarks: Set<UInt32> = [0x1734, 0x1171E]
    private static let laterMarks: Set<UInt32> = [0x1885, 0x1886, 0xA9BD, 0x111C9]

    /// The blocks that BERT's tokenizer counts as Chinese.
    private static func isChinese(_ value: UInt32) -> Bool {
        switch value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B920...0x2CEAF,
            0xF900...0xFAFF, 0x2F800...0x2FA1F:
            return true
        default: return false
        }
    }
}
