/// An encoding of one byte a character, and what text looks like that is written in it.
struct SingleByte: Sendable {
    let charset: Charset
    /// The letters beyond ASCII that its languages use most.
    private let common: Set<Unicode.Scalar>
    /// Whether its letters stand among those of ASCII, as in French, or words are made of them alone, as in Russian.
    private let isLatin: Bool

    private init(_ name: String, _ common: String, isLatin: Bool) {
        charset = Charset(name: name)
        self.common = Set(common.unicodeScalars)
        self.isLatin = isLatin
    }

    static let western = SingleByte("CP1252", "àâäáãåæçèéêëìíîïñòóôöõøœßùúûüÿÀÂÄÁÇÈÉÊÎÓÔÖØÜÑÅ", isLatin: true)

    private static let russian = "оеаинтсрвлкмдпуягыьбзчйхжшюцщэфО"
    private static let greek = "αοιετσνηυρπκμλςωγδχθφβξζψάέήίόύώ"
    private static let hebrew = "אבגדהוזחטיכלמנסעפצקרשתםןךףץ"

    static let others = [
        SingleByte("CP1250", "ąćęłńóśźżáčďéěíňřšťúůýžöüőűäŁŚŻČŘŠŽăâîşţßÁÉÍÓÖÚÜ", isLatin: true),
        SingleByte("ISO-8859-2", "ąćęłńóśźżáčďéěíňřšťúůýžöüőűäŁŚŻČŘŠŽăâîşţßÁÉÍÓÖÚÜ", isLatin: true),
        SingleByte("CP1254", "çğıöşüİŞĞÇÖÜâî", isLatin: true),
        SingleByte("CP1257", "āčēģīķļņšūžąęėįųõäöüČŠŽ", isLatin: true),
        SingleByte("CP1251", russian + "іїєґў", isLatin: false), SingleByte("KOI8-R", russian, isLatin: false),
        SingleByte("ISO-8859-5", russian, isLatin: false), SingleByte("CP866", russian, isLatin: false),
        SingleByte("CP1253", greek, isLatin: false), SingleByte("CP1255", hebrew, isLatin: false),
        SingleByte("CP1256", "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىأإءئؤآ،؟", isLatin: false),
        SingleByte("CP874", "กขคงจชซดตถทนบปผพฟมยรลวศสหอะาิีึืุูเแโใไ่้์ั็", isLatin: false),
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
        return common.contains(scalar) ? 1 : 0.2
    }

    private func isASCIILetter(_ scalar: Unicode.Scalar) -> Bool { scalar.value < 0x80 && scalar.properties.isAlphabetic }

    private func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || scalar.properties.generalCategory == .nonspacingMark
    }
}
