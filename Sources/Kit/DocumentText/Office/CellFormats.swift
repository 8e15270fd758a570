/// How a workbook shows its numbers: which of them are dates, times and shares.
struct CellFormats: XMLVisitor {
    private enum Kind {
        case number, date, time, dateAndTime, percent
    }

    private let startsIn1904: Bool
    private var custom: [Int: Kind] = [:]
    private var kinds: [Kind] = []
    private var isInCells = false

    init(startsIn1904: Bool) { self.startsIn1904 = startsIn1904 }

    mutating func open(_ element: XMLElement) -> Bool {
        switch element.name {
        case "x:numFmt":
            if let id = element.number("numFmtId"), let code = element["formatCode"] { custom[id] = Self.kind(of: code) }
        case "x:cellXfs": isInCells = true
        case "x:xf" where isInCells: kinds.append(kind(of: element.number("numFmtId") ?? 0))
        default: break
        }
        return true
    }

    mutating func close(_ name: String) { if name == "x:cellXfs" { isInCells = false } }
    mutating func text(_ text: String) {}

    private func kind(of id: Int) -> Kind {
        switch id {
        case 9, 10: .percent
        case 14...17, 27...31, 36, 50...54, 57, 58: .date
        case 18...21, 32...35, 45...47, 55, 56: .time
        case 22: .dateAndTime
        default: custom[id] ?? .number
        }
    }

    /// By its letters, what stands in quotes, brackets or behind a backslash left out.
    private static func kind(of code: String) -> Kind {
        var letters = ""
        var (quoted, bracketed, escaped) = (false, false, false)
        for character in code.lowercased().prefix(200).prefix(while: { $0 != ";" || quoted }) {
            if escaped {
                escaped = false
            } else if character == "\"" {
                quoted.toggle()
            } else if !quoted {
                if character == "\\" || character == "_" { escaped = true }
                if character == "[" { bracketed = true }
                if !bracketed, !escaped { letters.append(character) }
                if character == "]" { bracketed = false }
            }
        }
        let isDate = letters.contains { $0 == "y" || $0 == "d" }
        let isTime = letters.contains { $0 == "h" || $0 == "s" }
        if letters.contains("general") || letters.contains(where: { "#?".contains($0) }) { return letters.contains("%") ? .percent : .number }
        if isDate { return isTime ? .dateAndTime : .date }
        if isTime || code.lowercased().contains("[h") || code.lowercased().contains("[m") { return .time }
        if letters.contains("m") { return .date }
        return letters.contains("%") ? .percent : .number
    }

    /// - Parameter value: as the file has it, with a point.
    func shown(_ value: String, style: Int) -> String {
        let text = value.trimmed()
        guard let number = Double(text), number.isFinite else { return text }
        switch kinds.indices.contains(style) ? kinds[style] : .number {
        case .number: return Self.written(number)
        case .percent: return Self.written(number * 100) + "%"
        case .date: return date(number) ?? Self.written(number)
        case .time: return number < 1 ? Self.time(number) : [date(number), Self.time(number)].compactMap { $0 }.joined(separator: " ")
        case .dateAndTime: return date(number).map { "\($0) \(Self.time(number))" } ?? Self.written(number)
        }
    }

    /// As few digits as 15 places allow, which is what Excel counts with.
    private static func written(_ number: Double) -> String {
        if number == number.rounded(), abs(number) < 1e15 { return String(Int(number)) }
        let exponent = number == 0 ? 0 : floorLog10(abs(number))
        guard (-10..<15).contains(exponent) else { return String(number) }
        let scale = power(14 - exponent)
        let rounded = (number * scale).rounded() / scale
        return rounded.isFinite ? String(rounded) : String(number)
    }

    private static func floorLog10(_ number: Double) -> Int {
        var (rest, exponent) = (number, 0)
        while rest >= 10, exponent < 310 {
            rest /= 10
            exponent += 1
        }
        while rest < 1, exponent > -330 {
            rest *= 10
            exponent -= 1
        }
        return exponent
    }

    private static func power(_ exponent: Int) -> Double { (0..<max(0, exponent)).reduce(1) { value, _ in value * 10 } }

    /// `2024-02-29`; nil before Excel's first day and after the year 9999.
    private func date(_ serial: Double) -> String? {
        guard serial >= 1 || startsIn1904, serial >= 0, serial < 2_958_466 else { return nil }
        var days = Int(serial)
        // Excel's calendar has a 29 February 1900, which never was; days are counted from 1970 here.
        if startsIn1904 { days -= 24_107 } else { days -= days < 60 ? 25_568 : 25_569 }
        return Self.civil(days)
    }

    /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": days since 1970-01-01 to a date.
    private static func civil(_ days: Int) -> String {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let place = (5 * dayOfYear + 2) / 153
        let month = place < 10 ? place + 3 : place - 9
        return "\(padded(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), 4))-\(padded(month, 2))-\(padded(dayOfYear - (153 * place + 2) / 5 + 1, 2))"
    }

    private static func time(_ serial: Double) -> String {
        let seconds = min(86_399, Int(((serial - serial.rounded(.down)) * 86_400).rounded()))
        let clock = "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2))"
        return seconds % 60 == 0 ? clock : "\(clock):\(padded(seconds % 60, 2))"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
