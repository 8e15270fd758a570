import Testing

@testable import DocumentText

/// Text in the encodings of the world, with and without a word on which.
struct EncodingTests {
    private static let samples: [(name: String, text: String)] = [
        ("CP1252", "Ein Mädchen hörte “Grüße” aus Köln – für 5 € – und naïve cafés."),
        ("CP1250", "Příliš žluťoučký kůň úpěl ďábelské ódy a řekl, že přijde večer."),
        ("ISO-8859-2", "Zażółć gęślą jaźń, powiedział święty mąż, który miał źrebię."),
        ("CP1251", "Широкая электрификация южных губерний даст мощный толчок подъёму сельского хозяйства."),
        ("KOI8-R", "Широкая электрификация южных губерний даст мощный толчок подъёму сельского хозяйства."),
        ("ISO-8859-5", "Съешь ещё этих мягких французских булок, да выпей же чаю с товарищами."),
        ("CP866", "Съешь ещё этих мягких французских булок, да выпей же чаю с товарищами."),
        ("CP1253", "Ο καλύτερος τρόπος για να μάθεις μια γλώσσα είναι να τη μιλάς κάθε μέρα."),
        ("CP1255", "דג סקרן שט בים מאוכזב ולפתע מצא לו חברה נחמדה"), ("CP1256", "نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر"),
        ("CP932", "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"),
        ("EUC-JP", "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"),
        ("ISO-2022-JP", "吾輩は猫である。名前はまだ無い。"), ("GBK", "我们今天下午去图书馆看书，然后一起吃饭，你觉得怎么样？"),
        ("BIG5", "我們今天下午去圖書館看書，然後一起吃飯，你覺得怎麼樣？"), ("EUC-KR", "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다."),
    ]

    private func encoded(_ text: String, _ name: String) throws -> [UInt8] { try #require(EncodingMaking.encode(text, as: name)) }

    @Test(arguments: samples.indices)
    func encodingsAreGuessed(sample: Int) throws {
        let (name, text) = Self.samples[sample]
        #expect(try TextDecoding.decode(try encoded(text, name)) == text, "\(name)")
    }

    @Test(arguments: samples.indices)
    func declaredEncodingsAreBelieved(sample: Int) throws {
        let (name, text) = Self.samples[sample]
        let short = String(text.prefix(3))
        #expect(try TextDecoding.decode(try encoded(short, name), declared: name) == short)
    }

    @Test(arguments: ["UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"])
    func wideEncodings(name: String) throws {
        let text = "Loquats are orange, and é too."
        #expect(try TextDecoding.decode(try encoded(text, name)) == text)
        #expect(try TextDecoding.decode(try encoded("\u{feff}" + text, name)) == text)
    }

    @Test func whatSaysUTF8AndIsNot() throws {
        #expect(try TextDecoding.decode(Array("caf\u{e9}".unicodeScalars.map { UInt8($0.value) }), declared: "utf-8") == "café")
        // One bad byte in much good text.
        #expect(try TextDecoding.decode(Array("日本語の文章です。".utf8) + [0xff] + Array("続き".utf8)) == "日本語の文章です。\u{fffd}続き")
    }

    @Test func labelsThatAreNoNames() {
        for label in ["", "../../x", "utf-8//translit", "a\u{0}b", String(repeating: "x", count: 500), "no-such-set"] {
            #expect(Charset(label: label) == nil)
        }
    }

    @Test(arguments: [
        ("<?xml version='1.0' encoding='KOI8-R'?><p>", "koi8-r"),
        ("<META http-equiv=content-type content=\"text/html; charset=Shift_JIS\">", "shift_jis"),
        ("<meta name=x><meta charset = \"gbk\">", "gbk"), ("<p>charset=none", nil), ("<meta charset=utf-16>", nil),
    ])
    func markupSaysWhatItIsIn(markup: String, label: String?) {
        #expect(MarkupEncoding.declared(in: Array(markup.utf8)) == label)
    }
}
