/// One event of a `text/event-stream`.
public struct StreamedEvent: Hashable, Sendable {
    /// The event's name; `message` where the stream gives none.
    public var name: String
    public var data: String
    /// The last id seen up to and with this event; empty where there was none.
    public var id: String

    public init(name: String = "message", data: String, id: String = "") {
        self.name = name
        self.data = data
        self.id = id
    }
}

/// Why a stream was given up.
public struct EventStreamError: Error, Hashable, CustomStringConvertible {
    public let limit: Int

    public var description: String { "an event of the stream is larger than \(limit) bytes" }
}

/// Parses `text/event-stream` bytes as the WHATWG HTML standard says (section 9.2.6), however the bytes are cut into chunks.
/// Invalid UTF-8 becomes U+FFFD. An event that the stream's end cuts off is dropped, as the standard asks.
public struct EventStreamParser {
    /// The most bytes one event may hold, names and all.
    public static let defaultEventLimit = 8 << 20

    private let eventLimit: Int
    private var line: [UInt8] = []
    private var name: [UInt8] = []
    private var data: [UInt8] = []
    /// The last id that a line gave; it counts once its event is whole.
    private var id: [UInt8] = []
    private var lastID = ""
    private var afterCarriageReturn = false
    private var markBytesSeen = 0
    private var started = false

    /// The wait before reconnecting that the stream last asked for.
    public private(set) var retryMilliseconds: Int?
    /// The id to send as `Last-Event-ID` when reconnecting.
    public var lastEventID: String { lastID }

    public init(eventLimit: Int = defaultEventLimit) { self.eventLimit = eventLimit }

    /// The events that these bytes complete.
    public mutating func feed(_ bytes: some Sequence<UInt8>) throws(EventStreamError) -> [StreamedEvent] {
        var events: [StreamedEvent] = []
        var failure: EventStreamError?
        func consume(_ buffer: UnsafeBufferPointer<UInt8>) {
            do throws(EventStreamError) { try feed(buffer, &events) } catch { failure = error }
        }
        if bytes.withContiguousStorageIfAvailable({ consume($0) }) == nil { Array(bytes).withUnsafeBufferPointer { consume($0) } }
        if let failure { throw failure }
        return events
    }

    private mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>, _ events: inout [StreamedEvent]) throws(EventStreamError) {
        var rest = bytes[...]
        if !started { skipByteOrderMark(&rest) }
        if afterCarriageReturn, let first = rest.first {
            afterCarriageReturn = false
            if first == 0x0a { rest = rest.dropFirst() }
        }
        while let end = rest.firstIndex(where: { $0 == 0x0a || $0 == 0x0d }) {
            line.append(contentsOf: rest[..<end])
            try checkSize()
            endLine(&events)
            let byte = rest[end]
            rest = rest[rest.index(after: end)...]
            guard byte == 0x0d else { continue }
            if let next = rest.first { if next == 0x0a { rest = rest.dropFirst() } } else { afterCarriageReturn = true }
        }
        line.append(contentsOf: rest)
        try checkSize()
    }

    private mutating func skipByteOrderMark(_ rest: inout Slice<UnsafeBufferPointer<UInt8>>) {
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        while let byte = rest.first {
            if byte == mark[markBytesSeen] {
                markBytesSeen += 1
                rest = rest.dropFirst()
                if markBytesSeen < 3 { continue }
            } else {
                line.append(contentsOf: mark[..<markBytesSeen])
            }
            started = true
            return
        }
    }

    private func checkSize() throws(EventStreamError) {
        if line.count + data.count + name.count + id.count > eventLimit { throw EventStreamError(limit: eventLimit) }
    }

    private mutating func endLine(_ events: inout [StreamedEvent]) {
        defer { line.removeAll(keepingCapacity: true) }
        guard let first = line.first else { return dispatch(&events) }
        guard first != UInt8(ascii: ":") else { return }
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == 0x20 { value = value.dropFirst() }
        if line[..<colon].elementsEqual("data".utf8) {
            data.append(contentsOf: value)
            data.append(0x0a)
        } else if line[..<colon].elementsEqual("event".utf8) {
            name = Array(value)
        } else if line[..<colon].elementsEqual("id".utf8) {
            if !value.contains(0) { id = Array(value) }
        } else if line[..<colon].elementsEqual("retry".utf8), !value.isEmpty, value.allSatisfy({ (48...57).contains($0) }) {
            retryMilliseconds = Int(String(decoding: value, as: UTF8.self)) ?? retryMilliseconds
        }
    }

    private mutating func dispatch(_ events: inout [StreamedEvent]) {
        defer {
            name.removeAll(keepingCapacity: true)
            data.removeAll(keepingCapacity: true)
        }
        lastID = String(decoding: id, as: UTF8.self)
        guard !data.isEmpty else { return }
        events.append(
            StreamedEvent(
                name: name.isEmpty ? "message" : String(decoding: name, as: UTF8.self),
                data: String(decoding: data.dropLast(), as: UTF8.self), id: lastID))
    }
}
