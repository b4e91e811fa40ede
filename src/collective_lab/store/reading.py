"""Look at a store, also while a sweep writes into it."""

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from collective_lab.experiment import Configuration, Record
from collective_lab.store import schema
from collective_lab.store.schema import StoreError, explaining


@dataclass(frozen=True)
class Failure:
    """A configuration whose run failed.

    Attributes
    ----------
    configuration
        What was asked for.
    attempts
        How often it failed.
    error
        What the last attempt said, with its traceback.
    place
        Where that was.
    date
        When, UTC, ISO 8601.
    """

    configuration: Configuration
    attempts: int
    error: str
    place: str
    date: str

    def __str__(self) -> str:
        last = self.error.strip().splitlines()[-1]
        times = "once" if self.attempts == 1 else f"{self.attempts} times"
        return f"failed {times}, last on {self.place}: {last}"


def encode(record: Record) -> tuple[str, str, str]:
    """Return a record's row: its id, the SHA-256 of its text, and the text."""
    text = json.dumps(record.as_dict(), sort_keys=True, separators=(",", ":"))
    return record.configuration.id, hashlib.sha256(text.encode()).hexdigest(), text


def decode(row: tuple[str, str, str]) -> Record:
    """Return the record of a row.

    Raises
    ------
    ValueError
        If the row is not what was written, or its id is not that of its configuration.
    """
    key, digest, text = row
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        raise ValueError(f"record {key} was altered since it was written")
    record = Record.from_dict(json.loads(text))
    if record.configuration.id != key:
        raise ValueError(f"record {key} holds the configuration {record.configuration.id}")
    return record


class Reader:
    """A store, to look at.

    Parameters
    ----------
    path
        The SQLite file.

    Raises
    ------
    StoreError
        If there is none, it is damaged, it is no store, or its schema is not this version's.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            raise StoreError(f"there is no store at {self.path}: `sweep run` makes one")
        with explaining(self.path):
            self._connection = schema.connect(self.path, writing=False)
            try:
                version = schema.version(self._connection, self.path)
            except BaseException:
                self._connection.close()
                raise
        if version < len(schema.STEPS):
            self._connection.close()
            raise StoreError(
                f"{self.path} has schema {version}, older than {len(schema.STEPS)}: open it for "
                "writing once to bring it up to date (`sweep run` does)"
            )

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back; what was stored stays stored."""
        self._connection.close()

    def __len__(self) -> int:
        [[count]] = self.rows("SELECT count(*) FROM records")
        return count

    def ids(self) -> set[str]:
        """Return the ids of all configurations that have a record."""
        return {key for (key,) in self.rows("SELECT id FROM records")}

    def records(self, ids: Collection[str] | None = None) -> Iterator[Record]:
        """Yield the records with these ids that are there, or all, in the order of their ids.

        Raises
        ------
        StoreError
            If one of them was altered since it was written.
        """
        wanted = None if ids is None else set(ids)
        for row in self.rows("SELECT id, digest, record FROM records ORDER BY id"):
            if wanted is None or row[0] in wanted:
                yield self._decode(row)

    def record(self, key: str) -> Record | None:
        """Return the record with this id, or None if there is none."""
        rows = self.rows("SELECT id, digest, record FROM records WHERE id = ?", key)
        return self._decode(rows[0]) if rows else None

    def _decode(self, row: tuple[str, str, str]) -> Record:
        try:
            return decode(row)
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{self.path}: {error}; `sweep check` lists them") from error

    def disputed(self) -> list[tuple[Record, str]]:
        """Return the records that disagree with the one kept, each with the store it came from."""
        query = "SELECT id, digest, record, source FROM disputed ORDER BY id, digest"
        return [
            (self._decode((key, digest, text)), source)
            for key, digest, text, source in self.rows(query)
        ]

    def failures(self) -> dict[str, Failure]:
        """Return the configurations that failed and have no record, by id."""
        query = (
            "SELECT id, configuration, attempts, error, place, date FROM failures"
            " WHERE id NOT IN (SELECT id FROM records) ORDER BY id"
        )
        return {
            key: Failure(Configuration.from_dict(json.loads(text)), *rest)
            for key, text, *rest in self.rows(query)
        }

    def rows(self, query: str, *values: object) -> list[tuple]:
        """Return what a query selects."""
        with explaining(self.path):
            return self._connection.execute(query, values).fetchall()

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection to SQLite, for questions that nothing here answers."""
        return self._connection
