"""The two forms in which the real corpus is published, and in which a reader may keep their own.

`pairs` reads files: NNNNN.txt beside NNNNN.lab, one label a line. `lines` reads one file with a
résumé a line: id:::title;title:::text. Titles are the people's own ("sr. oracle dba"); what a label
stands for, a function says (`Meaning`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from collective_lab.corpora.cleaning import decode, has_markup, plain
from collective_lab.corpora.records import Read, Resume, Skipped

SEPARATOR = b":::"

Meaning = Callable[[str], tuple[int, ...]]
"""From a label as it is written to the indices that it stands for, none if it is unknown."""

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


def pairs(
    names: Iterable[str], read: Callable[[str], bytes], meaning: Meaning
) -> Iterator[Read | Skipped]:
    """Yield what a set of files holds, by id.

    Parameters
    ----------
    names
        Paths with forward slashes. Those that end in neither .txt nor .lab, and hidden ones, are
        ignored. The id is the file's name without the suffix.
    read
        Returns the content of one of them; OSError means that it cannot.
    meaning
        What a label stands for.
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
            yield _pair(stem, files, read, meaning)


def lines(data: Iterable[bytes], meaning: Meaning) -> Iterator[Read | Skipped]:
    """Yield what each line holds; blank lines are ignored.

    Parameters
    ----------
    data
        Lines of bytes, each decoded by itself because encodings are mixed.
    meaning
        What a label stands for.
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
        yield read_one(name, text, names.split(";"), meaning, is_utf8=is_utf8)


def read_one(
    name: str, text: str, labels: Iterable[str], meaning: Meaning, *, is_utf8: bool = True
) -> Read | Skipped:
    """Return one text with its labels, or why it is left out.

    Parameters
    ----------
    name
        What the source calls it, or where it stands.
    text
        As it was found.
    labels
        As they are written; blank ones are none.
    meaning
        What a label stands for.
    is_utf8
        Whether text and labels were.
    """
    names = [label for label in labels if label.strip()]
    if not names:
        return Skipped(name, EMPTY_LABELS)
    meanings = [meaning(label) for label in names]
    indices = tuple(sorted({index for known in meanings for index in known}))
    if not indices:
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
    return Read(Resume(name, readable, indices), tuple(notes))


def _pair(
    stem: str, files: Mapping[str, str], read: Callable[[str], bytes], meaning: Meaning
) -> Read | Skipped:
    try:
        text, labels = decode(read(files[".txt"])), decode(read(files[".lab"]))
    except OSError:
        return Skipped(files[".txt"], UNREADABLE)
    if text is None or labels is None:
        return Skipped(files[".txt"] if text is None else files[".lab"], NOT_TEXT)
    names = plain(labels[0]).split("\n")
    return read_one(stem, text[0], names, meaning, is_utf8=text[1] and labels[1])
