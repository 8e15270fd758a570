/// An encoding of one byte a character, and what text looks like that is written in it.
struct SingleByte: Sendable {
    let charset: Charset
    /// How well a letter beyond ASCII fits, 0–1: by how often its languages use it.
    private let fit: [Unicode.Scalar: Double]
    /// Whether its letters stand among those of ASCII, as in French, or words are made of them alone, as in Russian.
    private let isLatin: Bool

    private init(_ name: String, _ letters: String, isLatin: Bool) {
        charset = Charset(name: name)
        let ranked = letters.unicodeScalars.enumerated().map { rank, letter in
            (letter, isLatin || rank < Self.frequent ? 1 : rank < Self.usual ? 0.6 : Self.rareFit)
        }
        fit = Dictionary(ranked, uniquingKeysWith: max)
        self.isLatin = isLatin
    }

    /// Of letters that are sorted by how often they are used.
    private static let frequent = 12
    private static let usual = 20
    private static let rareFit = 0.2

    static let western = SingleByte("CP1252", "àâäáãåæçèéêëìíîïñòóôöõøœßùúûüÿÀÂÄÁÇÈÉÊÎÓÔÖØÜÑÅ", isLatin: true)

    private static let central = "ąćęłńóśźżáčďéěíňřšťúůýžöüőűäŁŚŻČŘŠŽăâîşţßÁÉÍÓÖÚÜ"
    private static let russian = "оеаинтсрвлкмдпуягыьбзчйхжшюцщэф"

    static let others = [
        SingleByte("CP1250", central, isLatin: true), SingleByte("ISO-8859-2", central, isLatin: true),
        SingleByte("CP1254", "çğıöşüİŞĞÇÖÜâî", isLatin: true), SingleByte("CP1257", "āčēģīķļņšūžąęėįųõäöüČŠŽ", isLatin: true),
        SingleByte("CP1251", russian + "іїєґў", isLatin: false), SingleByte("KOI8-R", russian, isLatin: false),
        SingleByte("ISO-8859-5", russian, isLatin: false), SingleByte("CP866", russian, isLatin: false),
        SingleByte("CP1253", "αοιετσνηυρπκμλςωγδχθφβξζψάέήίόύώ", isLatin: false),
        SingleByte("CP1255", "יוהלארתבשמנםדחקעפטגכצסזןךףץ", isLatin: false),
        SingleByte("CP1256", "ايلمنوترهدبسعفقكحجشصضطظخغذثزأإةىئءؤآ،؟", isLatin: false),
        SingleByte("CP874", "านรอกเงมยลวดทสตะปบคหแจพชขใไโัิีืุู่้็ำ", isLatin: false),
    ]

    private static let punctuation: Set<Unicode.Scalar> = Set("“”‘’„‚«»–—…•·©®™°§€£№×½¼¾²³´¡¿\u{a0}\u{ad}".unicodeScalars)

    /// −2–1: how well a character beyond ASCII stands where it stands.
    func score(_ scalar: Unicode.Scalar, before: Unicode.Scalar, after: Unicode.Scalar) -> Double {
        let (left, right) = (isLetter(before), isLetter(after))
        if Self.punctuation.contains(scalar) {
            // An apostrophe and a soft hyphen may stand within a word.
            return left && right && scalar != "’" && scalar != "\u{ad}" && scalar != "·" ? -1 : 0.5
        }
        guard isLetter(scalar) else { return scalar == "\u{fffd}" || scalar.value < 0xa0 ? -2 : -1 }
        if !isLatin, isASCIILetter(before) || isASCIILetter(after) { return -1 }
        if before.properties.isLowercase, scalar.properties.isUppercase { return -1 }
        let fit = fit[scalar] ?? Self.rareFit
        guard isLatin else { return fit }
        // Words of Latin letters have one beyond ASCII here and there.
        let neighbours = [before, after].count { isLetter($0) && !isASCIILetter($0) }
        return neighbours == 2 ? -0.5 : neighbours == 1 ? min(fit, 0.5) : fit
    }

    private func isASCIILetter(_ scalar: Unicode.Scalar) -> Bool { scalar.value < 0x80 && scalar.properties.isAlphabetic }

    private func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.generalCategory == .nonspacingMark
    }
}
