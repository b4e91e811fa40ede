"""Write into a store: one process at a time, every record at once and for good."""

import json
import os
import platform
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from collective_lab.experiment import Configuration, Record
from collective_lab.store import schema
from collective_lab.store.reading import Reader, encode
from collective_lab.store.schema import StoreError, explaining


class Writer(Reader):
    """A store, to write into; made if it is not there, brought to the latest schema if it is older.

    Keep the file on a disk of the machine that writes: SQLite's journal does not work over a
    network file system.

    Parameters
    ----------
    path
        The SQLite file. `NAME.lock` beside it shows that somebody writes.

    Raises
    ------
    StoreError
        If another process writes into it (the message says which), or it cannot be opened.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._lock = claim(self.path)
        with ExitStack() as stack:
            stack.callback(self._lock.release)
            with explaining(self.path):
                self._connection = schema.connect(self.path, writing=True)
                stack.callback(self._connection.close)
                self._begin()
            stack.pop_all()  # from here on, `close` gives both back

    def _begin(self) -> None:
        schema.migrate(self._connection, self.path)
        with schema.transaction(self._connection):
            self._connection.execute("DELETE FROM writer")
            self._connection.execute("INSERT INTO writer VALUES (?)", [_this_process()])

    def close(self) -> None:
        """Give the file back to whoever waits for it."""
        super().close()
        self._lock.release()

    def add(self, records: Iterable[Record]) -> int:
        """Store records, all or none of them, and return how many were new.

        A configuration that has a record keeps it.

        Raises
        ------
        StoreError
            If the disk is full or the file is damaged; what was there before is still there.
        """
        rows = [encode(record) for record in records]
        before = self._connection.total_changes
        with explaining(self.path), schema.transaction(self._connection):
            self._connection.executemany("INSERT OR IGNORE INTO records VALUES (?, ?, ?)", rows)
        return self._connection.total_changes - before

    def fail(self, configuration: Configuration, error: str, place: str) -> int:
        """Store that a run failed, and return how often it has.

        Parameters
        ----------
        configuration
            The run's.
        error
            The traceback's text.
        place
            Where it ran, such as a worker's address.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        values = json.dumps(configuration.as_dict(), sort_keys=True)
        with explaining(self.path), schema.transaction(self._connection):
            [[attempts]] = self._connection.execute(
                "INSERT INTO failures VALUES (?, ?, 1, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
                " attempts = attempts + 1, error = excluded.error, place = excluded.place,"
                " date = excluded.date RETURNING attempts",
                [configuration.id, values, error, place, now],
            ).fetchall()
        return attempts


def claim(path: Path) -> FileLock:
    """Return a lock on a store, held, so that nobody else writes into it.

    Raises
    ------
    StoreError
        If somebody does, or the folder cannot be written.
    """
    lock = FileLock(path.with_name(f"{path.name}.lock"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise StoreError(
            f"{path} is being written by {_holder(path)}: wait for it, or stop it first. Several "
            "stores can be written at once and merged later (`sweep merge`)"
        ) from None
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error}; name another folder") from error
    return lock


def _this_process() -> str:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return f"process {os.getpid()} on {platform.node()}, since {now}"


def _holder(path: Path) -> str:
    try:
        with Reader(path) as reader:
            [[name]] = reader.rows("SELECT name FROM writer")
            return name
    except (StoreError, ValueError):  # it has only just begun
        return "another process"
