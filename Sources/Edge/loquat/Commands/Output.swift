import Foundation

/// Why a command could not do what it was asked: printed after `Error: `, without the command's usage.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Standard output and standard error, written at once.
enum Output {
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Columns of the terminal; nil where there is none, or it does not tell.
    static var width: Int? {
        var size = winsize()
        guard isTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    static func line(_ text: String) { text_(text + "\n", STDOUT_FILENO) }
    static func text(_ text: String) { text_(text, STDOUT_FILENO) }
    static func note(_ text: String) { text_(text + "\n", STDERR_FILENO) }
    static func progress(_ text: String) { text_(text, STDERR_FILENO) }

    /// Without control characters, by which a text could rule the terminal.
    static func printable(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where scalar == "\n" || scalar == "\t" || scalar.properties.generalCategory != .control {
            scalars.append(scalar)
        }
        return String(scalars)
    }

    private static func text_(_ text: String, _ descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }
}

/// What the operating system lets one process do.
