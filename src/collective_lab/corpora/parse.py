"""The two forms in which the real corpus is published, and in which a reader may keep their own.

`pairs` reads files: NNNNN.txt beside NNNNN.lab, one occupation a line. `lines` reads one file with
a résumé a line: id:::title;title:::text. Titles are the people's own ("sr. oracle dba"); a table
(`titles`) says which occupations each of them stands for.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from collective_lab.corpora import occupations
from collective_lab.corpora.cleaning import decode, has_markup, plain
from collective_lab.corpora.records import Read, Resume, Skipped

SEPARATOR = b":::"

NO_LABEL_FILE = "no label file beside it"
NO_TEXT_FILE = "a label file without a résumé"
EMPTY_LABELS = "no label given"
UNKNOWN_LABELS = "no label is one of the ten occupations"
EMPTY_TEXT = "no text"
NOT_TEXT = "not text in UTF-8 or Latin-1"
UNREADABLE = "the file cannot be read"
NOT_THREE_FIELDS = "the line does not split into id:::titles:::text"

NOTE_ENCODING = "not UTF-8, read as Latin-1"
NOTE_MARKUP = "HTML removed"
NOTE_LABEL = "a label that is not one of the ten occupations, dropped"


def pairs(names: Iterable[str], read: Callable[[str], bytes]) -> Iterator[Read | Skipped]:
    """Yield what a set of files holds, by id.

    Parameters
    ----------
    names
        Paths with forward slashes. Those that end in neither .txt nor .lab, and hidden ones, are
        ignored. The id is the file's name without the suffix.
    read
        Returns the content of one of them; OSError means that it cannot.
    """
    files_by_stem: dict[tuple[PurePosixPath, str], dict[str, str]] = {}
    for name in names:
        path = PurePosixPath(name)
        hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
        suffix = path.suffix.casefold()
        if suffix in (".txt", ".lab") and not hidden:
            files_by_stem.setdefault((path.parent, path.stem), {})[suffix] = name
    for (_, stem), files in sorted(files_by_stem.items()):
        if ".lab" not in files:
            yield Skipped(files[".txt"], NO_LABEL_FILE)
        elif ".txt" not in files:
            yield Skipped(files[".lab"], NO_TEXT_FILE)
        else:
            yield _pair(stem, files, read)


def lines(data: Iterable[bytes], table: Mapping[str, tuple[int, ...]]) -> Iterator[Read | Skipped]:
    """Yield what each line holds; blank lines are ignored.

    Parameters
    ----------
    data
        Lines of bytes, each decoded by itself because encodings are mixed.
    table
        Occupations by folded title, as `titles` returns them. The ten occupations' own names need
        no entry.
    """
    for number, line in enumerate(data, start=1):
        line = line.strip()
        if not line:
            continue
        fields = line.split(SEPARATOR, 2)
        if len(fields) != 3 or not fields[0].strip():
            yield Skipped(f"line {number}", NOT_THREE_FIELDS)
            continue
        decoded = [decoding for field in fields if (decoding := decode(field)) is not None]
        if len(decoded) < len(fields):
            yield Skipped(f"line {number}", NOT_TEXT)
            continue
        (identity, _), (names, _), (text, _) = decoded
        name = plain(identity) or f"line {number}"
        is_utf8 = all(utf8 for _, utf8 in decoded)
        yield _resume(name, text, names.split(";"), is_utf8, table)


def titles(data: bytes) -> dict[str, tuple[int, ...]]:
    """Return occupations by folded title, from lines "title:Occupation,Occupation".

    Lines that say nothing about the ten occupations are dropped.

    Raises
    ------
    ValueError
        If no line is of that form.
    """
    table = {}
    for line in data.split(b"\n"):
        decoded = decode(line)
        title, colon, names = decoded[0].rpartition(":") if decoded else ("", "", "")
        known = {
            index for name in names.split(",") if (index := occupations.find(name)) is not None
        }
        if colon and known:
            table[_fold(title)] = tuple(sorted(known))
    if not table:
        raise ValueError(
            "the table of titles has no line of the form title:Occupation,Occupation "
            f"with one of {', '.join(occupations.OCCUPATIONS)}"
        )
    return table


def _pair(stem: str, files: Mapping[str, str], read: Callable[[str], bytes]) -> Read | Skipped:
    try:
        text, labels = decode(read(files[".txt"])), decode(read(files[".lab"]))
    except OSError:
        return Skipped(files[".txt"], UNREADABLE)
    if text is None or labels is None:
        return Skipped(files[".txt"] if text is None else files[".lab"], NOT_TEXT)
    names = plain(labels[0]).split("\n")
    return _resume(stem, text[0], names, text[1] and labels[1], {})


def _resume(
    name: str,
    text: str,
    names: Iterable[str],
    is_utf8: bool,
    table: Mapping[str, tuple[int, ...]],
) -> Read | Skipped:
    names = [label for label in names if label.strip()]
    if not names:
        return Skipped(name, EMPTY_LABELS)
    meanings = [_occupations(label, table) for label in names]
    labels = tuple(sorted({index for indices in meanings for index in indices}))
    if not labels:
        return Skipped(name, UNKNOWN_LABELS)
    readable = plain(text)
    if not readable:
        return Skipped(name, EMPTY_TEXT)
    notes = []
    if not is_utf8:
        notes.append(NOTE_ENCODING)
    if has_markup(text):
        notes.append(NOTE_MARKUP)
    if not all(meanings):
        notes.append(NOTE_LABEL)
    return Read(Resume(name, readable, labels), tuple(notes))


def _occupations(label: str, table: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    index = occupations.find(label)
    return table.get(_fold(label), ()) if index is None else (index,)


def _fold(title: str) -> str:
    return " ".join(title.split()).casefold()
