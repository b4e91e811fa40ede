"""Any labelled texts of the reader's own: a task is what their labels say."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

from collective_lab.corpora import forms
from collective_lab.corpora.digest import digest, require_same
from collective_lab.corpora.records import Read, Report, Resume, Skipped, collect


@dataclass(frozen=True)
class Texts:
    """Labelled texts, known by what they hold: two sources that hold the same are equal.

    Parameters
    ----------
    where
        A file `.csv`, `.tsv` or `.jsonl`; a folder with a subfolder for each label, or with
        NAME.txt beside NAME.lab (a label a line); a folder that `Dataset.save_to_disk` of
        `datasets` wrote; or ``hub:OWNER/NAME@REVISION``, a data set of the Hugging Face hub. All
        splits of a data set are taken together, since a text's side is decided by the text.
    text, label
        The columns of a table. A cell of `label` may be a list where the format has lists.
    sha256, labels
        The digest of what is there (`digest.digest`) and the names of the labels in alphabetical
        order; both found out when omitted.

    Raises
    ------
    ValueError
        If they are to be found out and there is nothing of these forms; it says where.
    """

    usual_target: ClassVar[int] = 0

    where: str = field(compare=False)
    text: str = field(default="text", compare=False)
    label: str = field(default="label", compare=False)
    sha256: str = ""
    labels: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        where = self.where.as_posix() if isinstance(self.where, Path) else self.where
        object.__setattr__(self, "where", where)
        object.__setattr__(self, "labels", tuple(self.labels))
        if not self.sha256 or not self.labels:
            resumes, _, labels = self._read()
            found = digest(resumes, labels)
            require_same(self.sha256 or found, found, where)
            object.__setattr__(self, "sha256", found)
            object.__setattr__(self, "labels", labels)

    def read(self) -> tuple[list[Resume], Report]:
        """Return the texts and the report on what was mended and skipped.

        Raises
        ------
        ValueError
            If there is nothing of these forms, or not what there was.
        FileNotFoundError
            If a data set of the hub cannot be had.
        """
        resumes, report, labels = self._read()
        require_same(self.sha256, digest(resumes, labels), self.where)
        return resumes, report

    def _read(self) -> tuple[list[Resume], Report, tuple[str, ...]]:
        numbers: dict[str, int] = {}

        def number(label: str) -> tuple[int, ...]:
            return (numbers.setdefault(label.strip(), len(numbers)),)

        read = forms.form(self.where)
        found: Iterable[Read | Skipped] = read(self.where, self.text, self.label, number)
        resumes, report = collect(found)
        held = {index for resume in resumes for index in resume.labels}
        labels = tuple(sorted(name for name, index in numbers.items() if index in held))
        if len(labels) < 2:
            raise ValueError(
                f"{self.where} is no task: a firm needs texts with at least two labels, and here "
                f"are {len(labels)}\n{report}"
            )
        place = {numbers[name]: position for position, name in enumerate(labels)}
        return (
            [
                replace(resume, labels=tuple(sorted(place[index] for index in resume.labels)))
                for resume in resumes
            ],
            report,
            labels,
        )
