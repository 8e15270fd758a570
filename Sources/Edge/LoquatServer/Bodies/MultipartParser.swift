import NIOCore

/// Reads `multipart/form-data` (RFC 7578) as it arrives: parts are handed on piece by piece, so that a file is never held whole.
struct MultipartParser {
    enum Event {
        case part(MultipartPart)
        case data([UInt8])
        case endOfPart
    }

    enum Failure: Error {
        case malformed
        case headersTooLarge
    }

    private enum State {
        case preamble, headers, body, epilogue
    }

    private static let headerLimit = 16 << 10

    private let delimiter: [UInt8]
    private var buffer: [UInt8] = Array("\r\n".utf8)
    private var state = State.preamble

    init(boundary: String) { delimiter = Array("\r\n--\(boundary)".utf8) }

    /// The boundary that a `Content-Type` names.
    static func boundary(of contentType: String) -> String? {
        for parameter in contentType.split(separator: ";").dropFirst() {
            let pair = parameter.split(separator: "=", maxSplits: 1)
            guard pair.count == 2, pair[0].filter({ $0 != " " }).lowercased() == "boundary" else { continue }
            let value = pair[1].filter { $0 != "\"" }.split(separator: " ").joined(separator: " ")
            return value.isEmpty || value.utf8.count > 200 ? nil : String(value)
        }
        return nil
    }

    mutating func feed(_ bytes: some Sequence<UInt8>) throws(Failure) -> [Event] {
        buffer.append(contentsOf: bytes)
        var events: [Event] = []
        while try step(&events) {}
        return events
    }

    /// Whether the closing delimiter was read.
    var isComplete: Bool { if case .epilogue = state { true } else { false } }

    private mutating func step(_ events: inout [Event]) throws(Failure) -> Bool {
        switch state {
        case .preamble, .body: return try delimited(&events)
        case .headers: return try headers(&events)
        case .epilogue:
            buffer.removeAll()
            return false
        }
    }

    /// Text up to the next delimiter; what may be the beginning of one stays.
    private mutating func delimited(_ events: inout [Event]) throws(Failure) -> Bool {
        let inBody = if case .body = state { true } else { false }
        guard let found = buffer.firstRange(of: delimiter) else {
            let keep = min(buffer.count, delimiter.count - 1)
            if inBody, buffer.count > keep { events.append(.data(Array(buffer.dropLast(keep)))) }
            buffer.removeFirst(buffer.count - keep)
            return false
        }
        guard buffer.count >= found.upperBound + 2 else { return false }
        if inBody {
            if found.lowerBound > 0 { events.append(.data(Array(buffer[..<found.lowerBound]))) }
            events.append(.endOfPart)
        }
        let after = buffer[found.upperBound..<found.upperBound + 2]
        guard after.elementsEqual("\r\n".utf8) || after.elementsEqual("--".utf8) else { throw .malformed }
        state = after.elementsEqual("--".utf8) ? .epilogue : .headers
        // The line break after a delimiter stays: headers may be empty.
        buffer.removeFirst(state == .headers ? found.upperBound : found.upperBound + 2)
        return true
    }

    private mutating func headers(_ events: inout [Event]) throws(Failure) -> Bool {
        guard let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) else {
            if buffer.count > Self.headerLimit { throw .headersTooLarge }
            return false
        }
        guard end.lowerBound <= Self.headerLimit else { throw .headersTooLarge }
        let lines = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
        buffer.removeFirst(end.upperBound)
        state = .body
        events.append(.part(MultipartPart(headers: lines)))
        return true
    }
}

/// What a part says of itself.
struct MultipartPart {
    var name: String?
    var filename: String?
    var contentType: String?

    init(headers: String) {
        for line in headers.split(separator: "\r\n" as Character) {
            let pair = line.split(separator: ":", maxSplits: 1)
            guard pair.count == 2 else { continue }
            switch pair[0].lowercased() {
            case "content-disposition":
                name = Self.parameter("name", in: pair[1])
                filename = Self.parameter("filename", in: pair[1])
            case "content-type": contentType = String(pair[1].trimmingPrefix { $0 == " " })
            default: break
            }
        }
    }

    /// A quoted value as browsers write it: `"` as %22, line breaks as %0D %0A; or with backslashes.
    private static func parameter(_ name: String, in text: Substring) -> String? {
        guard let start = text.firstRange(of: " \(name)=\"") ?? text.firstRange(of: ";\(name)=\"") else { return nil }
        var value = ""
        var escaped = false
        for character in text[start.upperBound...] {
            if escaped {
                value.append(character)
                escaped = false
            } else if character == "\\" {
                escaped = true
            } else if character == "\"" {
                return value.replacing("%22", with: "\"").replacing("%0D", with: "\r").replacing("%0A", with: "\n")
            } else {
                value.append(character)
            }
        }
        return nil
    }
}
