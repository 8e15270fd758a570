"""Harm done to a stopped server's store from outside, knowing of it only that it is SQLite and what a log event must have."""

import sqlite3


def database(data_dir):
    """The file that holds the log."""
    for path in sorted(data_dir.rglob("*")):
        if path.is_file() and path.open("rb").read(15) == b"SQLite format 3":
            with sqlite3.connect(path) as connection:
                if _events(connection):
                    return path
    raise AssertionError("no SQLite file with a table of hashed events")


def _events(connection):
    """The log's table: the one whose rows have a number, a payload and a hash."""
    for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
        try:
            columns = {row[1] for row in connection.execute(f'pragma table_info("{table}")')}
        except sqlite3.Error:  # a virtual table of a module that this SQLite does not have
            continue
        if {"seq", "payload", "hash"} <= columns:
            return table, next(name for name in sorted(columns) if name.startswith("session"))
    return None


def _harm(data_dir, work):
    connection = sqlite3.connect(database(data_dir))
    table, session = _events(connection)
    for (trigger,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
        connection.execute(f'drop trigger "{trigger}"')
    before = connection.total_changes
    work(connection, table, session)
    connection.commit()
    assert connection.total_changes > before, "no harm was done"
    connection.close()


def _longest(connection, table, session):
    return connection.execute(f'select {session}, max(seq) from "{table}" group by {session} order by max(seq) desc limit 1').fetchone()


def flip_a_byte(data_dir):
    def work(connection, table, session):
        one, seq, payload = connection.execute(
            f'select {session}, seq, payload from "{table}" order by length(payload) desc limit 1'
        ).fetchone()
        stored = bytearray(payload.encode() if isinstance(payload, str) else payload)
        stored[len(stored) // 2] ^= 1
        changed = stored.decode(errors="replace") if isinstance(payload, str) else bytes(stored)
        connection.execute(f'update "{table}" set payload = ? where {session} = ? and seq = ?', (changed, one, seq))

    _harm(data_dir, work)


def remove_the_last_event(data_dir):
    def work(connection, table, session):
        connection.execute(f'delete from "{table}" where {session} = ? and seq = ?', _longest(connection, table, session))

    _harm(data_dir, work)


def remove_from_the_middle(data_dir):
    def work(connection, table, session):
        one, last = _longest(connection, table, session)
        connection.execute(f'delete from "{table}" where {session} = ? and seq = ?', (one, last // 2))

    _harm(data_dir, work)


def remove_a_session(data_dir):
    def work(connection, table, session):
        one, _ = _longest(connection, table, session)
        connection.execute(f'delete from "{table}" where {session} = ?', (one,))

    _harm(data_dir, work)


def swap_two_events(data_dir):
    def work(connection, table, session):
        one, last = _longest(connection, table, session)
        payloads = dict(
            connection.execute(f'select seq, payload from "{table}" where {session} = ? and seq in (?, ?)', (one, last - 1, last))
        )
        assert payloads[last] != payloads[last - 1]
        for seq, other in ((last, last - 1), (last - 1, last)):
            connection.execute(f'update "{table}" set payload = ? where {session} = ? and seq = ?', (payloads[other], one, seq))

    _harm(data_dir, work)
