package import CoreMetrics
import Synchronization

/// Metrics in memory, written as Prometheus text. Timers and recorders are summaries: their count and their sum.
package final class MetricsRegistry: MetricsFactory, Sendable {
    /// Series beyond this many are not kept: labels come from code, so more means a mistake.
    private static let seriesLimit = 5_000

    private struct Series: Hashable {
        let name: String
        let labels: String
    }

    private enum Value {
        case counter(Double)
        case gauge(Double)
        case summary(count: Int, sum: Double)
    }

    private let values = Mutex<[Series: Value]>([:])

    package init() {}

    fileprivate func change(_ name: String, _ labels: [(String, String)], _ body: @Sendable (inout (count: Int, sum: Double)) -> Void, kind: Kind) {
        let text = labels.sorted { $0.0 < $1.0 }.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        let series = Series(name: Self.metricName(name), labels: text)
        values.withLock { values in
            guard values.count < Self.seriesLimit || values[series] != nil else { return }
            var pair: (count: Int, sum: Double)
            switch values[series] {
            case .counter(let value), .gauge(let value): pair = (0, value)
            case .summary(let count, let sum): pair = (count, sum)
            case nil: pair = (0, 0)
            }
            body(&pair)
            values[series] =
                switch kind {
                case .counter: .counter(pair.sum)
                case .gauge: .gauge(pair.sum)
                case .summary: .summary(count: pair.count, sum: pair.sum)
                }
        }
    }

    fileprivate enum Kind {
        case counter, gauge, summary
    }

    /// The Prometheus text exposition, version 0.0.4.
    package var text: String {
        let snapshot = values.withLock { $0 }
        var lines: [String] = []
        for (name, group) in Dictionary(grouping: snapshot, by: \.key.name).sorted(by: { $0.key < $1.key }) {
            guard let first = group.first?.value else { continue }
            let type =
                switch first {
                case .counter: "counter"
                case .gauge: "gauge"
                case .summary: "summary"
                }
            lines.append("# TYPE \(name) \(type)")
            for (series, value) in group.sorted(by: { $0.key.labels < $1.key.labels }) {
                let labels = series.labels.isEmpty ? "" : "{\(series.labels)}"
                switch value {
                case .counter(let value), .gauge(let value): lines.append("\(name)\(labels) \(value)")
                case .summary(let count, let sum):
                    lines.append("\(name)_sum\(labels) \(sum)")
                    lines.append("\(name)_count\(labels) \(count)")
                }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func metricName(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    private static func escaped(_ value: String) -> String {
        value.unicodeScalars.map { scalar in
            switch scalar {
            case "\\": "\\\\"
            case "\"": "\\\""
            case "\n", "\r": "\\n"
            default: String(scalar)
            }
        }.joined()
    }

    // MARK: MetricsFactory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        Handler(registry: self, name: label, labels: dimensions)
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        Handler(registry: self, name: label, labels: dimensions, isGauge: !aggregate)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        Handler(registry: self, name: label, labels: dimensions)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private final class Handler: CounterHandler, RecorderHandler, TimerHandler {
        let registry: MetricsRegistry
        let name: String
        let labels: [(String, String)]
        let isGauge: Bool

        init(registry: MetricsRegistry, name: String, labels: [(String, String)], isGauge: Bool = false) {
            self.registry = registry
            self.name = name
            self.labels = labels
            self.isGauge = isGauge
        }

        func increment(by amount: Int64) { registry.change(name, labels, { $0.sum += Double(amount) }, kind: .counter) }
        func reset() { registry.change(name, labels, { $0.sum = 0 }, kind: .counter) }
        func record(_ value: Int64) { record(Double(value)) }
        func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

        func record(_ value: Double) {
            if isGauge {
                registry.change(name, labels, { $0.sum = value }, kind: .gauge)
            } else {
                registry.change(
                    name, labels,
                    {
                        $0.count += 1
                        $0.sum += value
                    }, kind: .summary)
            }
        }
    }

    // MARK: The server's own

    package func countRequest(status: Int) {
        change("loquat_http_requests_total", [("status", "\(status)")], { $0.sum += 1 }, kind: .counter)
    }

    package func countTurn(outcome: String) {
        change("loquat_turns_total", [("outcome", outcome)], { $0.sum += 1 }, kind: .counter)
    }

    package func setGauge(_ name: String, _ value: Double) { change(name, [], { $0.sum = value }, kind: .gauge) }
}
