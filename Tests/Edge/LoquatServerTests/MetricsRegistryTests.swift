import CoreMetrics
import LoquatServer
import Testing

struct MetricsRegistryTests {
    @Test func countsRequestsAndTurns() {
        let registry = MetricsRegistry()
        registry.countRequest(status: 404)
        registry.countRequest(status: 200)
        registry.countRequest(status: 200)
        registry.countTurn(outcome: "complete")
        #expect(
            registry.text == """
                # TYPE loquat_http_requests_total counter
                loquat_http_requests_total{status="200"} 2.0
                loquat_http_requests_total{status="404"} 1.0
                # TYPE loquat_turns_total counter
                loquat_turns_total{outcome="complete"} 1.0

                """)
    }

    @Test func gaugesShowTheLastValue() {
        let registry = MetricsRegistry()
        registry.setGauge("loquat_documents", 3)
        registry.setGauge("loquat_documents", 1.5)
        #expect(registry.text == "# TYPE loquat_documents gauge\nloquat_documents 1.5\n")
        let gauge = registry.makeRecorder(label: "depth", dimensions: [], aggregate: false)
        gauge.record(Int64(5))
        gauge.record(2.5)
        #expect(registry.text.contains("# TYPE depth gauge\ndepth 2.5\n"))
    }

    @Test func countersAddUpAndStartAgain() {
        let registry = MetricsRegistry()
        let counter = registry.makeCounter(label: "jobs", dimensions: [("kind", "index")])
        counter.increment(by: 2)
        counter.increment(by: 3)
        #expect(registry.text == "# TYPE jobs counter\njobs{kind=\"index\"} 5.0\n")
        counter.reset()
        counter.increment(by: 1)
        #expect(registry.text == "# TYPE jobs counter\njobs{kind=\"index\"} 1.0\n")
    }

    @Test func timersAndRecordersAreSummaries() {
        let registry = MetricsRegistry()
        let timer = registry.makeTimer(label: "search_seconds", dimensions: [])
        timer.recordNanoseconds(1_500_000_000)
        timer.recordNanoseconds(500_000_000)
        #expect(registry.text == "# TYPE search_seconds summary\nsearch_seconds_sum 2.0\nsearch_seconds_count 2\n")
        let recorder = registry.makeRecorder(label: "size", dimensions: [("a", "b")], aggregate: true)
        recorder.record(Int64(4))
        recorder.record(0.5)
        #expect(registry.text.contains("size_sum{a=\"b\"} 4.5\nsize_count{a=\"b\"} 2\n"))
    }

    @Test func oneSeriesWhateverTheOrderOfItsLabels() {
        let registry = MetricsRegistry()
        registry.makeCounter(label: "x", dimensions: [("b", "2"), ("a", "1")]).increment(by: 1)
        registry.makeCounter(label: "x", dimensions: [("a", "1"), ("b", "2")]).increment(by: 1)
        #expect(registry.text == "# TYPE x counter\nx{a=\"1\",b=\"2\"} 2.0\n")
    }

    @Test func namesAndLabelsAreWrittenAsPrometheusReadsThem() {
        let registry = MetricsRegistry()
        registry.makeCounter(label: "http.requests-total é", dimensions: [("path", "a\"b\\c\nd")]).increment(by: 1)
        #expect(registry.text == "# TYPE http_requests_total__ counter\nhttp_requests_total__{path=\"a\\\"b\\\\c\\nd\"} 1.0\n")
    }

    /// One line a series, whatever a label says.
    @Test(arguments: ["a\r\nb", "a\n\nb", "\"\u{301}", "\\\u{301}"])
    func labelsStayInTheirLine(value: String) {
        let registry = MetricsRegistry()
        registry.countTurn(outcome: value)
        #expect(registry.text.utf8.filter { $0 == UInt8(ascii: "\n") }.count == 2)
        var unescaped = Array(registry.text.utf8)
        while let place = unescaped.firstIndex(of: UInt8(ascii: "\\")) { unescaped.removeSubrange(place...place + 1) }
        #expect(unescaped.filter { $0 == UInt8(ascii: "\"") }.count == 2)
    }

    @Test func aRegistryThatCountedNothingSaysNothing() {
        #expect(!MetricsRegistry().text.contains { $0 != "\n" })
    }

    @Test func seriesAreLimited() {
        let registry = MetricsRegistry()
        for number in 0..<5_200 { registry.countTurn(outcome: "\(number)") }
        registry.countTurn(outcome: "0")
        let lines = registry.text.utf8.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 5_001)
        #expect(registry.text.contains("{outcome=\"0\"} 2.0\n"))
    }

    @Test func tasksCountTogether() async {
        let registry = MetricsRegistry()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let counter = registry.makeCounter(label: "together", dimensions: [])
                    for _ in 0..<500 {
                        counter.increment(by: 1)
                        registry.countRequest(status: 200)
                    }
                }
            }
        }
        #expect(registry.text.contains("together 4000.0\n"))
        #expect(registry.text.contains("{status=\"200\"} 4000.0\n"))
    }
}
