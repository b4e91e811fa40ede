"""Join two stores without losing a record."""

from dataclasses import dataclass

from collective_lab.experiment import Configuration, Record
from collective_lab.store.reading import Reader, encode
from collective_lab.store.schema import explaining, transaction
from collective_lab.store.writing import Writer

TOLERANCE = 1e-6


@dataclass
class Merged:
    """What a merge did.

    Attributes
    ----------
    new
        Records that were not there.
    same
        Records that were there, with outcomes that agree.
    disputed
        Configurations whose records disagree. The one that was there stays, the other is kept
        beside it.
    """

    new: int
    same: int
    disputed: list[Configuration]

    def __str__(self) -> str:
        lines = [f"{self.new:,} new, {self.same:,} there already, {len(self.disputed):,} disputed"]
        for configuration in self.disputed:
            lines.append(
                f"  {configuration.id} has another outcome; both are kept: {configuration}"
            )
        return "\n".join(lines)


def merge(into: Writer, other: Reader, tolerance: float = TOLERANCE) -> Merged:
    """Bring the records of another store into one.

    Where both have a record of one configuration and the outcomes agree, the older record stays.
    Where they do not, the one that was there stays, the other is set aside as disputed, and
    `check` reports it until somebody decides.

    Parameters
    ----------
    into
        The store that grows.
    other
        The store that is read; it stays as it is.
    tolerance
        How far two outcomes' fractions may be apart to agree. Counts must be equal.

    Raises
    ------
    StoreError
        If a record of either was altered, or the disk is full; `into` is then as it was.
    """
    source = other.path.name
    merged = Merged(0, 0, [])
    with explaining(into.path), transaction(into.connection):
        for record in other.records():
            absorb(into, record, source, merged, tolerance)
        for record, origin in other.disputed():
            absorb(into, record, f"{source}, from {origin}", merged, tolerance)
    return merged


def absorb(
    into: Writer, record: Record, source: str, merged: Merged, tolerance: float = TOLERANCE
) -> None:
    """Take one record in, inside a transaction, and count it in `merged`."""
    key, digest, text = encode(record)
    kept = into.record(key)
    if kept is None:
        into.connection.execute("INSERT INTO records VALUES (?, ?, ?)", (key, digest, text))
        merged.new += 1
    elif agree(kept, record, tolerance):
        merged.same += 1
        if record.provenance.date < kept.provenance.date:
            into.connection.execute(
                "UPDATE records SET digest = ?, record = ? WHERE id = ?", (digest, text, key)
            )
    else:
        merged.disputed.append(record.configuration)
        into.connection.execute(
            "INSERT OR IGNORE INTO disputed VALUES (?, ?, ?, ?)", (key, digest, text, source)
        )


def agree(record: Record, other: Record, tolerance: float = TOLERANCE) -> bool:
    """Return whether two outcomes of a configuration are equal, fractions within the tolerance."""
    measured, repeated = record.outcome.as_dict(), other.outcome.as_dict()
    return all(
        abs(measured[name] - repeated[name])
        <= (tolerance if isinstance(measured[name], float) else 0)
        for name in measured
    )
