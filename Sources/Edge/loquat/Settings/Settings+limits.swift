import DocumentReading
import LoquatServer

extension Settings {
    /// Of a completion, which carries its whole conversation, and of what stands around a file in a form.
    private static let otherBodyBytes = 32 << 20
    private static let formBytes = 1 << 20

    mutating func readLimits(_ reader: SettingsReader) throws {
        limits.bodyBytes = try reader.int(.bodyBytes, 1_000...(1 << 30))
        connections.bodyBytes = max(limits.uploadBytes, limits.bodyBytes, Self.otherBodyBytes) + Self.formBytes
        connections.headerBytes = try reader.int(.headerBytes, 1_000...(1 << 20))
        connections.fieldBytes = try reader.int(.fieldBytes, 1_000...(1 << 20))
        connections.headerFields = try reader.int(.headerFields, 10...10_000)
        connections.targetBytes = try reader.int(.targetBytes, 1_000...(1 << 20))
        connections.headerTimeout = try seconds(.headerTimeout, reader)
        connections.idleTimeout = try seconds(.idleTimeout, reader)
        connections.stallTimeout = try seconds(.stallTimeout, reader)
        connections.leastRate = try reader.int(.leastRate, 1...1_000_000)
        connections.answerTimeout = try seconds(.answerTimeout, reader, least: 0)
        connections.connections = try reader.int(.connections, 0...1_000_000)
        connections.connectionsPerAddress = try reader.int(.connectionsPerAddress, 0...1_000_000)
        rates.perKey = try reader.int(.requestsPerKey, 0...1_000_000_000)
        rates.perAddress = try reader.int(.requestsPerAddress, 0...1_000_000_000)
        rates.failuresPerAddress = try reader.int(.failuresPerAddress, 0...1_000_000_000)
        rates.streamsPerKey = try reader.int(.streamsPerKey, 0...1_000_000)
        rates.trustedProxies = try proxies(reader)
        reading.time = .seconds(try reader.int(.readingSeconds, 1...86_400))
        reading.memory = try reader.int(.readingMemory, (512 << 20)...(1 << 40))
        reading.unpackedBytes = try reader.int(.unpackedBytes, (1 << 20)...(1 << 36))
    }

    private func seconds(_ setting: Setting, _ reader: SettingsReader, least: Double = 0.1) throws -> Duration {
        .milliseconds(Int(try reader.double(setting, least...86_400) * 1000))
    }

    private func proxies(_ reader: SettingsReader) throws -> TrustedProxies {
        let texts = (try reader.text(.trustedProxies) ?? "").split { $0 == "," || $0 == " " }
        return TrustedProxies(
            try texts.map { text in
                guard let range = NetworkRange(text) else {
                    throw SettingsReader.Invalid(
                        setting: Setting.trustedProxies.name, reason: "must be addresses or ranges such as 10.0.0.0/8, with commas between")
                }
                return range
            })
    }
}
