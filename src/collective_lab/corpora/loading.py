"""One function for every source of texts, and what it returns."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from collective_lab.corpora.debian import Debian
from collective_lab.corpora.folder import Folder
from collective_lab.corpora.published import Published
from collective_lab.corpora.records import Report, Resume
from collective_lab.corpora.split import in_test
from collective_lab.corpora.synthetic.source import Synthetic
from collective_lab.corpora.texts import Texts

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

Source = Synthetic | Folder | Published | Texts | Debian
WANTED = "it must be a Synthetic, a Folder, a Published or a Debian corpus, or Texts"


@dataclass(frozen=True)
class Corpus:
    """Résumés, split, with the account of how they were read.

    Attributes
    ----------
    source
        Where they come from.
    splits
        A `datasets.DatasetDict` with "train" and "test". Features: `text`, a string, and `labels`,
        a list of `ClassLabel` over the source's labels, ascending, at least one.
    report
        What was found, kept, mended and left out.
    """

    source: Source
    splits: "DatasetDict"
    report: Report

    @property
    def train(self) -> "Dataset":
        """The résumés that the firm trains on."""
        return self.splits["train"]

    @property
    def test(self) -> "Dataset":
        """The résumés that it is tested on."""
        return self.splits["test"]

    def __str__(self) -> str:
        return f"{self.source}\n{self.report}\n{len(self.train):,} train, {len(self.test):,} test"


def load(source: Source) -> Corpus:
    """Return the corpus of a source.

    Parameters
    ----------
    source
        `Synthetic(n, seed)`, `Folder(path)`, `Published(download=True)`, `Texts(where)` or
        `Debian(download=True)`.

    Raises
    ------
    ValueError
        If the source has no usable résumé, or more than half of what it has must be left out: then
        it is probably not in the form that it is taken for.
    FileNotFoundError, DownloadError, ArchiveError
        As a corpus that is fetched raises them; see `Published.read` and `Debian.read`.
    """
    if not isinstance(source, Source):
        raise ValueError(f"source is {source!r}: {WANTED}")
    resumes, report = source.read()
    if not resumes or 2 * report.kept < report.found:
        raise ValueError(
            f"{source} is not usable as a corpus: {report}\n"
            "A folder of résumés needs NAME.txt with NAME.lab beside it, or lines "
            f"id:::label;label:::text, and labels among {', '.join(source.labels)}"
        )
    return Corpus(source, _splits(resumes, source.labels), report)


def _splits(resumes: list[Resume], labels: tuple[str, ...]) -> "DatasetDict":
    from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value  # six seconds

    features = Features({"text": Value("string"), "labels": List(ClassLabel(names=list(labels)))})
    sides: dict[str, list[Resume]] = {"train": [], "test": []}
    for resume in resumes:
        sides["test" if in_test(resume.group or resume.text) else "train"].append(resume)
    return DatasetDict(
        {
            side: Dataset.from_dict(
                {
                    "text": [resume.text for resume in held],
                    "labels": [list(resume.labels) for resume in held],
                },
                features=features,
            )
            for side, held in sides.items()
        }
    )
