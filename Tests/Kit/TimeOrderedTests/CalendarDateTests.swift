import Testing
import TimeOrdered

struct CalendarDateTests {
    @Test(arguments: [
        ("1970-01-01", 0), ("1969-12-31", -1), ("2026-11-21", 20_778), ("2024-02-29", 19_782), ("0000-01-01", -719_528), ("9999-12-31", 2_932_896),
    ])
    func isWrittenAndRead(_ text: String, _ days: Int64) {
        #expect(CalendarDate(days: days).description == text)
        #expect(CalendarDate(text)?.days == days)
    }

    @Test(arguments: [
        "", "2026-11-2", "2026-11-211", "2026-02-29", "2026-13-01", "2026-00-10", "2026-11-00", "2026/11/21",
        "２026-11-21", "2026-11-21T",
    ])
    func takesNothingElse(_ text: String) { #expect(CalendarDate(text) == nil) }

    @Test func aDayIsFromMidnightToMidnight() throws {
        let day = try #require(CalendarDate("2026-11-21"))
        #expect(CalendarDate(day.start) == day && CalendarDate(day.start.advanced(by: 86_399_999)) == day)
        #expect(CalendarDate(day.start.advanced(by: -1)) == day.advanced(by: -1))
        #expect(CalendarDate(day.start.advanced(by: 86_400_000)) == day.advanced(by: 1))
        #expect(CalendarDate(Timestamp(milliseconds: -1)).description == "1969-12-31")
    }
}
