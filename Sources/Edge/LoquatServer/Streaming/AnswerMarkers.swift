/// Where the markers of an answer stand, such as `[1]`, in Unicode scalars: found once, however many citations ask for them.
struct AnswerMarkers {
    /// Digits of a number at the most; the longest `Int` has as many, and a sign.
    private static let longestNumber = 20

    /// The places of one number's markers, from the first on.
    private struct Places {
        var starts: [Int] = []
        /// For each place the first from it on that is free, or one that is nearer to that; behind the last stands their count.
        var free: [Int] = [0]

        mutating func append(_ start: Int) {
            starts.append(start)
            free.append(starts.count)
        }

        /// The first that is free and does not stand before `start`.
        mutating func firstFree(from start: Int) -> Int {
            var (low, high) = (0, starts.count)
            while low < high {
                let middle = (low + high) / 2
                if starts[middle] < start { low = middle + 1 } else { high = middle }
            }
            while free[low] != low {
                // What was passed over is shorter the next time.
                free[low] = free[free[low]]
                low = free[low]
            }
            return low
        }
    }

    private var places: [Int: Places] = [:]

    init(_ answer: String) {
        // The digits since a bracket opened at `start`; nil outside of brackets.
        var bracket: (start: Int, digits: String)?
        for (index, scalar) in answer.unicodeScalars.enumerated() {
            switch scalar {
            case "[": bracket = (index, "")
            case "]":
                // Written as it is shown: neither `[01]` nor `[+1]` is a marker.
                if let (start, digits) = bracket, let number = Int(digits), "\(number)" == digits { places[number, default: Places()].append(start) }
                bracket = nil
            case "0"..."9", "-":
                guard bracket != nil else { continue }
                bracket?.digits.unicodeScalars.append(scalar)
                if let digits = bracket?.digits, digits.utf8.count > Self.longestNumber { bracket = nil }
            default: bracket = nil
            }
        }
    }

    /// Takes the first marker of a number in a part of the answer, of those that were not taken before.
    mutating func take(_ number: Int, from start: Int, to end: Int) -> Range<Int>? {
        guard var known = places[number] else { return nil }
        // Not copied as it is changed.
        places[number] = nil
        defer { places[number] = known }
        let place = known.firstFree(from: start)
        let length = "[\(number)]".utf8.count
        guard place < known.starts.count, case let first = known.starts[place], first + length <= end else { return nil }
        known.free[place] = place + 1
        return first..<first + length
    }
}
