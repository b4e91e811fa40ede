"""What is wrong with a store, if anything."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields

from collective_lab.experiment import Configuration, Outcome, Record
from collective_lab.store.reading import Reader, decode

MAY_BE_EMPTY = frozenset(  # a processor, its loop, an old record
    {"driver", "instructions", "capability", "code", "engine"}
)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes
    ----------
    kind
        "damage", "altered", "range", "provenance", "disputed", "failed" or "missing".
    about
        A configuration's id, or the name of the file.
    text
        What it is.
    """

    kind: str
    about: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind:<10}  {self.about}  {self.text}"


def check(store: Reader, wanted: Iterable[Configuration] = ()) -> list[Problem]:
    """Return everything that is wrong with a store.

    Parameters
    ----------
    store
        The store. That no configuration has two records needs no check: its id is the key.
    wanted
        Configurations that should have a record.
    """
    problems = list(_damage(store))
    if problems:
        return problems
    for row in store.rows("SELECT id, digest, record FROM records ORDER BY id"):
        try:
            record = decode(row)
        except (ValueError, KeyError, TypeError) as error:
            problems.append(Problem("altered", row[0], str(error)))
            continue
        problems += _outcome(record)
        problems += _provenance(record)
    for record, source in store.disputed():
        text = f"the record of {source} has another outcome; both are kept"
        problems.append(Problem("disputed", record.configuration.id, text))
    failures = store.failures()
    problems += [Problem("failed", key, str(failure)) for key, failure in failures.items()]
    known = store.ids() | set(failures)
    lacking = {
        configuration.id: configuration for configuration in wanted if configuration.id not in known
    }
    problems += [
        Problem("missing", key, str(configuration)) for key, configuration in lacking.items()
    ]
    return problems


def _damage(store: Reader) -> Iterator[Problem]:
    try:
        for (line,) in store.connection.execute("PRAGMA integrity_check").fetchall():
            if line != "ok":
                yield Problem("damage", store.path.name, line)
        store.connection.execute("SELECT * FROM records, failures, disputed LIMIT 1").fetchall()
    except sqlite3.DatabaseError as error:
        yield Problem("damage", store.path.name, str(error))


def _outcome(record: Record) -> Iterator[Problem]:
    outcome, key = record.outcome, record.configuration.id
    for field in fields(Outcome):
        value = getattr(outcome, field.name)
        optional = field.default is None
        if optional and (value is None) != (record.configuration.second_alpha == 0):
            yield Problem("range", key, f"{field.name} is {value}, beside second_alpha")
        if optional and value is None:
            continue
        top = 1 if field.type in (float, float | None) else float("inf")
        if not isinstance(value, int | float) or not 0 <= value <= top:
            yield Problem("range", key, f"{field.name} is {value}")
    if not outcome.planted <= outcome.members <= outcome.train:
        yield Problem("range", key, "planted ≤ members ≤ train does not hold")
    if outcome.success > outcome.success_top3:
        yield Problem("range", key, "success is above success_top3")


def _provenance(record: Record) -> Iterator[Problem]:
    values = asdict(record.provenance)
    empty = [name for name, value in values.items() if not value and name not in MAY_BE_EMPTY]
    if empty:
        yield Problem("provenance", record.configuration.id, f"nothing is said of {empty}")
