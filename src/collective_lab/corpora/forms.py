"""The forms in which people keep labelled texts, each read row by row."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from collective_lab.corpora import parse
from collective_lab.corpora.cleaning import decode
from collective_lab.corpora.records import Read, Skipped

Form = Callable[[str, str, str, parse.Meaning], Iterator[Read | Skipped]]
"""From where the texts are, the two columns' names and what labels stand for to the texts."""

HUB = re.compile(r"hub:(?P<name>[\w.-]+(?:/[\w.-]+)?)@(?P<revision>[\w.-]+)")
LONGEST_FIELD = 1 << 24  # characters of one cell: no text is longer

NOT_JSON = "the line is no JSON object"
NO_COLUMN = "the line lacks the text or the label"
NOT_A_TEXT = "the text is no text"


def form(where: str) -> Form:
    """Return what reads the texts that are somewhere.

    Raises
    ------
    ValueError
        If they are in none of the forms.
    """
    if where.startswith("hub:"):
        return _hub
    path = Path(where)
    if path.is_dir():
        saved = any((path / name).is_file() for name in ("dataset_dict.json", "state.json"))
        return _saved if saved else _folder
    if not path.is_file():
        raise ValueError(f"there is no file and no folder {where!r}: check the path")
    if path.suffix.lower() not in _FILES:
        raise ValueError(f"{where} is none of {', '.join(_FILES)}: its name must end in one")
    return _FILES[path.suffix.lower()]


def _table(where: str, text: str, label: str, meaning: parse.Meaning) -> Iterator[Read | Skipped]:
    physical, odd = [], set()
    for number, line in enumerate(Path(where).read_bytes().splitlines(keepends=True), start=1):
        decoded = decode(line)
        if decoded is None:
            raise ValueError(
                f"{where}, line {number}: a NUL byte, which text in UTF-8 has not. Was it saved as "
                '"Unicode text" (UTF-16)? Save it as CSV in UTF-8'
            )
        physical.append(decoded[0])
        if not decoded[1]:
            odd.add(number)
    first = physical[0] if physical else ""
    delimiter = next((sign for sign in ",;\t" if sign in first), ",")
    before = csv.field_size_limit(LONGEST_FIELD)
    rows = csv.reader(io.StringIO("".join(physical), newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(rows, [])]
        if text not in header or label not in header:
            raise ValueError(
                f"{where}, line 1: the columns are {header}, and {text!r} and {label!r} must be "
                "among them. Name them in the first line, or say which ones to take"
            )
        at, of = header.index(text), header.index(label)
        start = rows.line_num + 1
        for row in rows:
            here, start = range(start, rows.line_num + 1), rows.line_num + 1
            name = f"line {here[0]}"
            if not row:
                continue
            if len(row) != len(header):
                yield Skipped(name, f"the line has not {len(header)} columns, as the first has")
                continue
            yield parse.read_one(name, row[at], [row[of]], meaning, is_utf8=odd.isdisjoint(here))
    except csv.Error as error:
        raise ValueError(f"{where}, line {rows.line_num}: {error}") from error
    finally:
        csv.field_size_limit(before)


def _json_lines(
    where: str, text: str, label: str, meaning: parse.Meaning
) -> Iterator[Read | Skipped]:
    with Path(where).open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            name = f"line {number}"
            if not line.strip():
                continue
            decoded = decode(line)
            if decoded is None:
                yield Skipped(name, parse.NOT_TEXT)
                continue
            try:
                row = json.loads(decoded[0])
            except ValueError:
                row = None
            if isinstance(row, dict):
                yield _row(name, row, text, label, meaning, is_utf8=decoded[1])
            else:
                yield Skipped(name, NOT_JSON)


def _row(
    name: str, row: dict, text: str, label: str, meaning: parse.Meaning, *, is_utf8: bool = True
) -> Read | Skipped:
    if text not in row or label not in row:
        return Skipped(name, NO_COLUMN)
    if not isinstance(row[text], str):
        return Skipped(name, NOT_A_TEXT)
    held = row[label] if isinstance(row[label], list) else [row[label]]
    names = [str(one) for one in held if isinstance(one, str | int)]
    return parse.read_one(name, row[text], names, meaning, is_utf8=is_utf8)


def _folder(where: str, text: str, label: str, meaning: parse.Meaning) -> Iterator[Read | Skipped]:
    root = Path(where)
    names = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    if any(name.lower().endswith(".lab") for name in names):
        yield from parse.pairs(names, lambda name: (root / name).read_bytes(), meaning)
        return
    for name in names:
        above, _, rest = name.partition("/")
        if any(part.startswith(".") for part in name.split("/")):
            continue
        if not rest:
            yield Skipped(name, "it lies in no subfolder, whose name would be its label")
            continue
        decoded = decode((root / name).read_bytes())
        if decoded is None:
            yield Skipped(name, parse.NOT_TEXT)
        else:
            yield parse.read_one(name, decoded[0], [above], meaning, is_utf8=decoded[1])


def _saved(where: str, text: str, label: str, meaning: parse.Meaning) -> Iterator[Read | Skipped]:
    from datasets import load_from_disk

    yield from _splits(where, load_from_disk(where), text, label, meaning)


def _hub(where: str, text: str, label: str, meaning: parse.Meaning) -> Iterator[Read | Skipped]:
    named = HUB.fullmatch(where)
    if named is None:
        raise ValueError(
            f"{where!r} names no data set of the hub: it must be hub:OWNER/NAME@REVISION, so that "
            "the same texts can be had again"
        )
    from datasets import load_dataset

    try:
        data = load_dataset(named["name"], revision=named["revision"])
    except (OSError, ValueError) as error:
        raise FileNotFoundError(
            f"{where} is not in the hub's cache and cannot be fetched: {error}. Download it once "
            "with a network, or name a file of yours"
        ) from error
    yield from _splits(where, data, text, label, meaning)


def _splits(
    where: str, data, text: str, label: str, meaning: parse.Meaning
) -> Iterator[Read | Skipped]:
    """Yield the rows of a Dataset, or of each split of a DatasetDict, by the splits' names."""
    splits = {"": data} if hasattr(data, "features") else dict(sorted(data.items()))
    for split, rows in splits.items():
        features = rows.features
        if text not in features or label not in features:
            raise ValueError(
                f"{where} has the columns {sorted(features)}: {text!r} and {label!r} must be among "
                "them, or say which ones to take"
            )
        named = getattr(features[label], "feature", features[label])  # of a list, what it holds
        for number, row in enumerate(rows.select_columns([text, label])):
            held = row[label] if isinstance(row[label], list) else [row[label]]
            if hasattr(named, "int2str"):  # ClassLabel, whose −1 is no label
                held = [named.int2str(one) for one in held if one is not None and one >= 0]
            yield _row(f"{split} {number}".strip(), {text: row[text], label: held}, text, label,
                       meaning)  # fmt: skip


_FILES: dict[str, Form] = {
    ".csv": _table,
    ".tsv": _table,
    ".jsonl": _json_lines,
}
