import GRDB

/// What the answers speak of that are kept for repeated requests, so that those of a deleted thing are found without reading them all.
enum ClaimSubjectsMigration {
    /// Answers that were kept before say nothing of this, and one that is overlooked would outlive what it speaks of. They are kept for a
    /// day at the most, so they all go: a request that is repeated over the upgrade is done as a new one. Claims of turns stay: they name
    /// their session, and hold no answer.
    static func run(_ database: Database) throws {
        try database.execute(
            sql: """
                DELETE FROM idempotency_claims WHERE session IS NULL;
                CREATE TABLE claim_subjects (
                    user BLOB NOT NULL, key BLOB NOT NULL, subject BLOB NOT NULL, PRIMARY KEY (user, key, subject),
                    FOREIGN KEY (user, key) REFERENCES idempotency_claims (user, key) ON DELETE CASCADE) WITHOUT ROWID;
                CREATE INDEX claim_subjects_by_subject ON claim_subjects (subject);
                """)
    }
}
