"""One résumé, and the account of what was read, mended and left out on the way to a corpus."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SAME_ID = "an earlier résumé has this id"
EXAMPLES = 3  # of each kind of problem are named


@dataclass(frozen=True, slots=True)
class Resume:
    """One résumé with its labels.

    Attributes
    ----------
    id
        What the source calls it; unique within a source.
    text
        Plain text, neither empty nor with markup.
    labels
        Indices into the source's `labels`, ascending, at least one.
    group
        Texts of one group are on one side of the split; where it is empty, the text alone decides.
    """

    id: str
    text: str
    labels: tuple[int, ...]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """A résumé that was read, with a note for each thing that had to be mended."""

    resume: Resume
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A résumé that was left out: where it stood, and why."""

    where: str
    reason: str


@dataclass(frozen=True)
class Report:
    """What a source held and what became of it.

    Attributes
    ----------
    kept
        How many résumés the corpus has.
    skipped
        How many were left out, by reason.
    notes
        How many of those kept needed mending, by what was mended.
    examples
        Where the first few of each reason and note stood.
    repeats
        How many of those kept have the text of an earlier one.
    """

    kept: int
    skipped: Mapping[str, int]
    notes: Mapping[str, int]
    examples: Mapping[str, tuple[str, ...]]
    repeats: int

    @property
    def found(self) -> int:
        """How many résumés the source held, kept or not."""
        return self.kept + sum(self.skipped.values())

    def __str__(self) -> str:
        lines = [f"{self.found:,} found, {self.kept:,} kept, {self.repeats:,} with a repeated text"]
        for title, counts in (("left out", self.skipped), ("mended", self.notes)):
            for what, count in counts.items():
                shown = ", ".join(self.examples[what])
                lines.append(f"  {title}: {count:,} × {what} (for instance {shown})")
        return "\n".join(lines)


def collect(items: Iterable[Read | Skipped]) -> tuple[list[Resume], Report]:
    """Return the résumés that were read, in order, and the report on all of them.

    Of several résumés with one id the first is kept and the others are reported.
    """
    resumes: list[Resume] = []
    skipped: Counter[str] = Counter()
    notes: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    ids: set[str] = set()
    texts: set[str] = set()
    repeats = 0
    for item in items:
        if isinstance(item, Read) and item.resume.id in ids:
            item = Skipped(item.resume.id, SAME_ID)
        if isinstance(item, Skipped):
            skipped[item.reason] += 1
            _remember(examples, item.reason, item.where)
            continue
        for note in item.notes:
            notes[note] += 1
            _remember(examples, note, item.resume.id)
        repeats += item.resume.text in texts
        ids.add(item.resume.id)
        texts.add(item.resume.text)
        resumes.append(item.resume)
    shown = {what: tuple(where) for what, where in examples.items()}
    return resumes, Report(len(resumes), dict(skipped), dict(notes), shown, repeats)


def _remember(examples: dict[str, list[str]], what: str, where: str) -> None:
    known = examples.setdefault(what, [])
    if len(known) < EXAMPLES:
        known.append(where)
