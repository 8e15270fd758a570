/// Guesses the encoding of text that is not UTF-8 and does not say what it is: the encoding wins in which the text reads most like one.
/// Where none is clearly better, it is windows-1252.
enum CharsetGuess {
    private static let sampleSize = 32 << 10
    /// By how much another encoding must be better than windows-1252.
    private static let margin = 0.15
    /// Bytes beyond ASCII that it takes to tell.
    private static let singleByteCount = 6
    /// What an encoding of several bytes must reach, and characters it must have, to be believed.
    private static let multiByteScore = 0.6
    private static let multiByteCount = 4

    static func best(for bytes: [UInt8]) -> Charset {
        let sample = sample(of: bytes)
        if isMostlyUTF8(sample) { return .utf8 }
        let several = multiByte.compactMap { candidate -> (Charset, Double)? in
            guard let text = decodeWhole(sample, candidate.charset) else { return nil }
            return (candidate.charset, candidate.score(text, sample))
        }
        if let best = several.max(by: { $0.1 < $1.1 }), best.1 >= multiByteScore { return best.0 }
        let western = score(sample, SingleByte.western)
        let others = SingleByte.others.map { ($0.charset, score(sample, $0)) }
        let isEnough = sample.count { $0 > 0x7f } >= singleByteCount
        if isEnough, let best = others.max(by: { $0.1 < $1.1 }), best.1 > western + margin { return best.0 }
        return .windows1252
    }

    /// The first part of the text from where it leaves ASCII.
    private static func sample(of bytes: [UInt8]) -> [UInt8] {
        let start = bytes.firstIndex { $0 > 0x7f } ?? 0
        return Array(bytes[max(0, start - 64)...].prefix(sampleSize))
    }

    private static func isMostlyUTF8(_ bytes: [UInt8]) -> Bool {
        var (good, bad) = (0, 0)
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars where scalar.value > 0x7f {
            if scalar == "\u{fffd}" { bad += 1 } else { good += 1 }
        }
        return good > 4 * bad
    }

    /// A sample may cut the last character.
    private static func decodeWhole(_ bytes: [UInt8], _ charset: Charset) -> String? {
        for cut in 0...(bytes.count == sampleSize ? 3 : 0) {
            if let text = charset.decode(bytes.dropLast(cut), strictly: true) { return text }
        }
        return nil
    }

    // MARK: Encodings of several bytes

    private struct MultiByte: Sendable {
        let charset: Charset
        /// Lead bytes of the characters that its languages use most; where they are not sorted so, the scripts tell.
        let commonLeads: ClosedRange<UInt8>?
        /// −1–1.5: how well a character fits the language that is written so.
        let fit: @Sendable (Unicode.Scalar) -> Double

        /// The mean over the characters beyond ASCII, less what is rare.
        func score(_ text: String, _ bytes: [UInt8]) -> Double {
            let scalars = text.unicodeScalars.filter { $0.value > 0x7f }
            guard scalars.count >= CharsetGuess.multiByteCount else { return 0 }
            let mean = scalars.reduce(0) { $0 + fit($1) } / Double(scalars.count)
            guard let commonLeads else { return mean }
            var (index, rare) = (0, 0)
            while index < bytes.count {
                let byte = bytes[index]
                if byte > 0x80, !commonLeads.contains(byte) { rare += 1 }
                index += byte > 0x80 ? 2 : 1
            }
            return mean - Double(rare) / Double(scalars.count)
        }
    }

    private static let multiByte = [
        MultiByte(charset: Charset(name: "CP932"), commonLeads: nil, fit: japanese),
        MultiByte(charset: Charset(name: "EUC-JP"), commonLeads: nil, fit: japanese),
        MultiByte(charset: Charset(name: "CP949"), commonLeads: 0xa1...0xc8, fit: korean),
        MultiByte(charset: Charset(name: "GB18030"), commonLeads: 0xa1...0xd7, fit: chinese),
        MultiByte(charset: Charset(name: "BIG5"), commonLeads: 0xa1...0xc6, fit: chinese),
    ]

    @Sendable private static func japanese(_ scalar: Unicode.Scalar) -> Double {
        switch scalar.value {
        case 0x3040...0x30ff: 1.5
        case 0x3000...0x303f, 0xff01...0xff60: 0.8
        case 0x4e00...0x9fff: 0.5
        default: -0.5
        }
    }

    @Sendable private static func korean(_ scalar: Unicode.Scalar) -> Double {
        switch scalar.value {
        case 0xac00...0xd7a3: 1.2
        case 0x3000...0x303f, 0x2010...0x2030, 0xb7: 0.5
        default: -0.3
        }
    }

    @Sendable private static func chinese(_ scalar: Unicode.Scalar) -> Double {
        switch scalar.value {
        case 0x4e00...0x9fff: 1
        case 0x3000...0x3020, 0xff01...0xff5e, 0x2010...0x2030: 0.8
        default: -0.5
        }
    }

    // MARK: Encodings of one byte

    private static func score(_ bytes: [UInt8], _ candidate: SingleByte) -> Double {
        let scalars = Array((candidate.charset.decode(bytes, strictly: false) ?? "").unicodeScalars)
        var (sum, count) = (0.0, 0)
        for (index, scalar) in scalars.enumerated() where scalar.value > 0x7f {
            let before = index > 0 ? scalars[index - 1] : " "
            let after = index + 1 < scalars.count ? scalars[index + 1] : " "
            sum += candidate.score(scalar, before: before, after: after)
            count += 1
        }
        return count == 0 ? 0 : sum / Double(count)
    }
}
