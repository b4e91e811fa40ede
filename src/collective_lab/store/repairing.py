"""Save what a damaged store still holds.

A record lies in the file as its id, the SHA-256 of its text, and the text, one after the other, and
fits into one page. So whole records can be found by looking through the bytes of the file and of
its journal, whatever became of the structure around them, and each proves by its digest that it is
as it was written.
"""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from collective_lab.store import schema
from collective_lab.store.merging import Merged, absorb
from collective_lab.store.reading import decode
from collective_lab.store.schema import StoreError, explaining, transaction
from collective_lab.store.writing import Writer, claim

START = b'{"configuration":'
BEFORE = 16 + 64  # hexadecimal digits of the id and of the digest


@dataclass(frozen=True)
class Salvage:
    """What was saved.

    Attributes
    ----------
    records
        How many configurations have a record again.
    lost
        Ids that were seen, but without an intact record.
    original
        Where the damaged file is now.
    """

    records: int
    lost: tuple[str, ...]
    original: Path

    def __str__(self) -> str:
        lost = f", {len(self.lost)} lost: {', '.join(self.lost)}" if self.lost else ""
        return (
            f"{self.records:,} records saved{lost}. The damaged file is kept as {self.original}. "
            "Run the sweep again for what is missing"
        )


def repair(path: Path) -> Salvage:
    """Put a new store in the place of a damaged one, with every record that is still whole.

    The damaged file and its journal are moved aside, not deleted. Failures are carried over if
    SQLite can still read them. The new file takes the old one's name only when it is complete.

    Raises
    ------
    StoreError
        If there is no file, it is being written, or the disk is full.
    """
    if not path.is_file():
        raise StoreError(f"there is no store at {path} to repair")
    fresh = path.with_name(f"{path.name}.repaired")
    for left in _files(fresh):
        left.unlink()
    with ExitStack() as stack:
        stack.callback(claim(path).release)
        writer = stack.enter_context(Writer(fresh))
        seen = _collect(path, writer)
        lost = tuple(sorted(seen - writer.ids()))
        records = len(writer)
        writer.close()
        return Salvage(records, lost, _swap(path, fresh))


def _collect(path: Path, writer: Writer) -> set[str]:
    """Write what is whole into a new store and return the ids that were seen at all."""
    merged, seen = Merged(0, 0, []), set()
    with explaining(writer.path), transaction(writer.connection):
        for file in _files(path):
            for key, row in _rows(file.read_bytes()):
                seen.add(key)
                if row is not None:
                    with suppress(ValueError, KeyError, TypeError):
                        absorb(writer, decode(row), path.name, merged)
        query = "INSERT INTO failures VALUES (?, ?, ?, ?, ?, ?)"
        writer.connection.executemany(query, _failures(path))
    return seen


def _rows(content: bytes) -> Iterator[tuple[str, tuple[str, str, str] | None]]:
    """Yield an id for each place that looks like a record, with the row if it is whole."""
    decoder, at = json.JSONDecoder(), content.find(START)
    while at >= 0:
        head = content[max(at - BEFORE, 0) : at].decode("ascii", "replace")
        key, digest = head[:16], head[16:]
        text = content[at : at + schema.PAGE].decode("ascii", "replace")
        row = None
        with suppress(ValueError, RecursionError):
            _, end = decoder.raw_decode(text)
            row = key, digest, text[:end]
        if len(head) == BEFORE and set(head) <= set("0123456789abcdef"):
            yield key, row
        at = content.find(START, at + 1)


def _failures(path: Path) -> list[tuple]:
    with suppress(sqlite3.Error), closing(schema.connect(path, writing=False)) as connection:
        query = "SELECT id, configuration, attempts, error, place, date FROM failures"
        return connection.execute(query).fetchall()
    return []


def _files(path: Path) -> list[Path]:
    """Return the file of a store and its journal, as far as they are there."""
    names = (path.name, f"{path.name}-wal", f"{path.name}-shm")
    return [each for each in map(path.with_name, names) if each.exists()]


def _swap(path: Path, fresh: Path) -> Path:
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    original = path.with_name(f"{path.name}.damaged-{now}-{os.getpid()}")
    for file in reversed(_files(path)):  # the journal leaves before the file that it belongs to
        file.rename(original.with_name(original.name + file.name.removeprefix(path.name)))
    fresh.rename(path)
    fresh.with_name(f"{fresh.name}.lock").unlink(missing_ok=True)
    return original
