/// Knows whether a text that is being written is within code, where brackets are no markers.
struct CodeTracker {
    private static let fence = 3

    /// Backticks of the run that goes on.
    private var backticks = 0
    /// Backticks that opened the code which goes on; 0 outside code.
    private var codeTicks = 0

    var isOpen: Bool { codeTicks > 0 }

    /// A run of backticks opens code, and one as long closes it. Code within a line ends with its paragraph at the latest, so that a
    /// backtick which nothing closes hides no marker beyond.
    mutating func take(_ scalar: Unicode.Scalar, after last: Unicode.Scalar?) {
        if scalar == "`" {
            backticks += 1
            return
        }
        if backticks > 0 {
            if codeTicks == 0 {
                codeTicks = backticks
            } else if backticks == codeTicks || codeTicks >= Self.fence && backticks > codeTicks {
                codeTicks = 0
            }
            backticks = 0
        }
        if scalar == "\n", last == "\n", codeTicks < Self.fence { codeTicks = 0 }
    }
}
