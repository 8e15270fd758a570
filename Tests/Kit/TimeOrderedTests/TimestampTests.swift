import Foundation
import TestSupport
import Testing
import TimeOrdered

struct TimestampTests {
    /// 0000-01-01 to 9999-12-31: what the text form can say.
    private static let sayable: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    private static let known: [(milliseconds: Int64, text: String)] = [
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (68_169_600_000, "1972-02-29T00:00:00.000Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (1_582_934_400_000, "2020-02-29T00:00:00.000Z"),
        (1_645_557_742_000, "2022-02-22T19:22:22.000Z"),
        (1_700_000_000_007, "2023-11-14T22:13:20.007Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (-2_208_988_800_000, "1900-01-01T00:00:00.000Z"),
        (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
        (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ]

    @Test func knownMoments() {
        for (milliseconds, text) in Self.known {
            #expect(Timestamp(milliseconds: milliseconds).description == text)
            #expect(Timestamp(text)?.milliseconds == milliseconds, "\(text)")
        }
    }

    @Test func textRoundTripsInOrder() {
        var random = SeededRandom(seed: 1)
        var moments: [Int64] = []
        for _ in 0..<3_000 { moments.append(Int64.random(in: Self.sayable, using: &random)) }
        moments.sort()
        let texts = moments.map { Timestamp(milliseconds: $0).description }
        #expect(texts == texts.sorted())
        for (moment, text) in zip(moments, texts) {
            #expect(text.utf8.count == 24)
            #expect(Timestamp(text)?.milliseconds == moment, "\(text)")
        }
    }

    /// Every day around the turns of centuries, of which one has a leap day.
    @Test(arguments: [("1896", "1904", 2_921), ("1996", "2004", 2_922), ("2096", "2104", 2_921)])
    func dayFollowsDay(first: String, last: String, days: Int) throws {
        let start = try #require(Timestamp("\(first)-01-01T00:00:00.000Z"))
        let moments = (0...days).map { start.advanced(by: Int64($0) * 86_400_000) }
        let texts = moments.map(\.description)
        #expect(texts.last == "\(last)-01-01T00:00:00.000Z")
        for (earlier, later) in zip(texts, texts.dropFirst()) where earlier >= later { Issue.record("\(later) after \(earlier)") }
        for (moment, text) in zip(moments, texts) where Timestamp(text) != moment { Issue.record("\(text) is read as another day") }
    }

    @Test(arguments: [
        "", "Z", "2026-11-21", "2026-11-21T08:30:00Z", "2026-11-21T08:30:00.12Z", "2026-11-21T08:30:00.1234Z", "2026-11-21T08:30:00.123",
        "2026-11-21T08:30:00.123z", "2026-11-21T08:30:00.123+", "2026-11-21T08:30:00.+23Z", "2026-1a-21T08:30:00.123Z",
        "-026-11-21T08:30:00.123Z", "2026-11-21T08:30:00.12éZ", "2026-11-21T08:30:00.123+00:00", " 2026-11-21T08:30:00.123Z",
    ])
    func badTextsAreRefused(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(arguments: [
        "2026x11-21T08:30:00.123Z", "2026-11/21T08:30:00.123Z", "2026-11-21 08:30:00.123Z", "2026-11-21t08:30:00.123Z",
        "2026-11-21T08.30:00.123Z", "2026-11-21T08:30-00.123Z", "2026-11-21T08:30:00,123Z", "2026/11/21/08/30/00/123Z",
    ])
    func otherSeparatorsAreRefused(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(arguments: [
        "2026-00-21T08:30:00.123Z", "2026-13-21T08:30:00.123Z", "2026-11-00T08:30:00.123Z", "2026-11-31T08:30:00.123Z",
        "2026-02-29T08:30:00.123Z", "2100-02-29T08:30:00.123Z", "2026-11-21T24:00:00.000Z", "2026-11-21T08:60:00.123Z",
        "2026-11-21T08:30:60.123Z", "2026-99-99T99:99:99.999Z",
    ])
    func momentsThatDoNotExistAreRefused(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func secondsAreRoundedDown() {
        let known: [Int64: Int64] = [0: 0, 1: 0, 999: 0, 1_000: 1, 1_999: 1, -1: -1, -1_000: -1, -1_001: -2]
        for (milliseconds, seconds) in known { #expect(Timestamp(milliseconds: milliseconds).seconds == seconds, "\(milliseconds)") }
    }

    @Test func advancesAndCompares() {
        let moment = Timestamp(milliseconds: 1_000)
        #expect(moment.advanced(by: -1_500).milliseconds == -500)
        #expect(moment < moment.advanced(by: 1))
        #expect(!(moment < moment))
    }

    @Test func codesAsText() throws {
        let moments = [Timestamp(milliseconds: 0), Timestamp(milliseconds: 1_700_000_000_007)]
        let data = try JSONEncoder().encode(moments)
        #expect(String(decoding: data, as: UTF8.self) == "[\"1970-01-01T00:00:00.000Z\",\"2023-11-14T22:13:20.007Z\"]")
        #expect(try JSONDecoder().decode([Timestamp].self, from: data) == moments)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode([Timestamp].self, from: Data("[\"today\"]".utf8)) }
    }
}
