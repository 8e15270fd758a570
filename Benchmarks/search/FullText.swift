import GRDB
import SearchIndex

/// Lexical search beside SQLite FTS5 in one process and one run: 57,638 passages of about 90 words, queries of six words, the ten best.
func compareWithFullText() throws {
    let passageCount = 57_638
    var corpus = Corpus(vocabulary: 60_000, seed: 3)
    let passages = (0..<passageCount).map { _ in corpus.text(70...110) }
    let queries = (0..<300).map { _ in corpus.query() }

    let index = LexicalIndex()
    for (key, text) in passages.enumerated() {
        index.replace(document: Int64(key), in: 1, passages: [IndexedPassage(key: Int64(key), title: "", heading: "", body: text)])
    }
    let database = try DatabaseQueue()
    try database.write { database in
        try database.execute(sql: "CREATE VIRTUAL TABLE f USING fts5(b, tokenize = 'unicode61')")
        for text in passages { try database.execute(sql: "INSERT INTO f VALUES (?)", arguments: [text]) }
        try database.execute(sql: "INSERT INTO f (f) VALUES ('optimize')")
    }

    _ = index.search(queries[0].joined(separator: " "), partitions: [1], limit: 10)
    let ours = queries.map { query in
        milliseconds { _ = index.search(query.joined(separator: " "), partitions: [1], limit: 10) }
    }
    let theirs = try queries.map { query in
        try milliseconds {
            _ = try database.read { database in
                try Int64.fetchAll(
                    database, sql: "SELECT rowid FROM f WHERE f MATCH ? ORDER BY rank LIMIT 10", arguments: [query.joined(separator: " OR ")])
            }
        }
    }
    let ratio = median(ours) / median(theirs)
    print("{\"passages\": \(passageCount), \"loquat_p50_ms\": \(median(ours)), \"fts5_p50_ms\": \(median(theirs)), \"ratio\": \(ratio)}")
}
