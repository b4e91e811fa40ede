"""The file behind a store: its tables, its version, and what SQLite's errors mean for a person.

A store is an SQLite file with three tables: `records`, one row for each configuration id;
`failures`, one row for each configuration that failed, with how often; `disputed`, records that
disagree with the one kept for the same configuration. A record is one JSON text with its SHA-256,
so any tool can read it: ``SELECT record ->> '$.outcome.success' FROM records``.
"""

import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

APPLICATION = 0x436F4163  # "CoAc" in the file's header says whose it is


class StoreError(Exception):
    """A store that cannot be used as asked; the message says what to do."""


def _first(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE records (id TEXT NOT NULL PRIMARY KEY, digest TEXT NOT NULL,"
        " record TEXT NOT NULL)"
    )
    connection.execute(
        "CREATE TABLE failures (id TEXT NOT NULL PRIMARY KEY, configuration TEXT NOT NULL,"
        " attempts INTEGER NOT NULL, error TEXT NOT NULL, place TEXT NOT NULL, date TEXT NOT NULL)"
    )
    connection.execute(
        "CREATE TABLE disputed (id TEXT NOT NULL, digest TEXT NOT NULL, record TEXT NOT NULL,"
        " source TEXT NOT NULL, PRIMARY KEY (id, digest))"
    )
    connection.execute("CREATE TABLE writer (name TEXT NOT NULL)")


STEPS: tuple[Callable[[sqlite3.Connection], None], ...] = (_first,)
"""STEPS[v] turns schema v into v + 1; a new file begins at 0. A change of the schema, or of what a
record holds, is a step at the end of this tuple."""


def version(connection: sqlite3.Connection, path: Path) -> int:
    """Return the schema's version, 0 for an empty file.

    Raises
    ------
    StoreError
        If the file is another program's, or was written by a later version of this project.
    """
    [number] = connection.execute("PRAGMA user_version").fetchone()
    [application] = connection.execute("PRAGMA application_id").fetchone()
    [tables] = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION and (tables or number):
        raise StoreError(f"{path} is an SQLite file, but not a store of this project: name another")
    if number > len(STEPS):
        raise StoreError(
            f"{path} has schema {number} and this version of the project knows {len(STEPS)}: it "
            "was written by a later version. Use that one; nothing was changed"
        )
    return number


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring a file to the latest schema, or leave it as it was."""
    number = version(connection, path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    if number == len(STEPS):
        return
    with transaction(connection):
        for step in STEPS[number:]:
            step(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None]:
    """Do everything inside, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # SQLite itself takes some failed ones back
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def connect(path: Path, *, writing: bool) -> sqlite3.Connection:
    """Return a connection that commits statement by statement unless in a `transaction`."""
    mode = "rwc" if writing else "ro"
    address = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, isolation_level=None, timeout=30)


@contextmanager
def explaining(path: Path) -> Generator[None]:
    """Turn SQLite's errors into a `StoreError` that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            advice = (
                "the disk is full. Every record stored before is safe: free some space and start "
                "again to go on"
            )
        elif code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            advice = (
                "the file is damaged. Put a copy in its place, or move it aside: `sweep run` makes "
                "again what is missing, and `sweep merge` brings in what other stores hold"
            )
        elif code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            advice = f"it cannot be opened ({error}): check the folder and its permissions"
        else:
            advice = str(error)
        raise StoreError(f"{path}: {advice}") from error
