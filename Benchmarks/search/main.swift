// Without arguments beside SQLite FTS5, see `FullText.swift`, printing JSON; with two as `compare.py` asks, see `Rounds.swift`.

let arguments = CommandLine.arguments
if arguments.count == 3 {
    let rounds = try Rounds(file: arguments[1], queries: arguments[2])
    while let line = readLine() { try rounds.answer(line) }
} else {
    try compareWithFullText()
}
