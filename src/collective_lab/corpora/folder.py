"""A folder of the reader's own résumés, in either form of the real corpus."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from collective_lab.corpora import occupations, parse
from collective_lab.corpora.digest import digest, require_same
from collective_lab.corpora.records import Report, Resume, collect

LINES_FILE = "resume_samples.txt"
TITLES_FILE = "normlized_classes.txt"


@dataclass(frozen=True)
class Folder:
    """Résumés on disk, labelled with the ten occupations; `Texts` takes any labels.

    Two folders that hold the same résumés are equal, wherever they are.

    Parameters
    ----------
    path
        A folder with NAME.txt and NAME.lab for each résumé, in subfolders if you like; or with
        `resume_samples.txt` (lines id:::label;label:::text) and, if its labels are people's own
        titles, `normlized_classes.txt` (lines title:Occupation,Occupation).
    sha256
        The digest of what it holds (`digest.digest`); found out when omitted.

    Raises
    ------
    ValueError
        If the digest is to be found out and the folder cannot be read; see `read`.
    """

    labels: ClassVar[tuple[str, ...]] = occupations.OCCUPATIONS
    usual_target: ClassVar[int] = occupations.PROJECT_MANAGER

    path: Path = field(compare=False)
    sha256: str = ""

    def __post_init__(self) -> None:
        if not self.sha256:
            object.__setattr__(self, "sha256", digest(self._read()[0], self.labels))

    def read(self) -> tuple[list[Resume], Report]:
        """Return the résumés and the report on what was skipped.

        Raises
        ------
        ValueError
            If the path is no folder, its table of titles has no line of the right form, or it no
            longer holds what it did.
        """
        resumes, report = self._read()
        require_same(self.sha256, digest(resumes, self.labels), self.path)
        return resumes, report

    def _read(self) -> tuple[list[Resume], Report]:
        root = Path(self.path)
        if not root.is_dir():
            raise ValueError(f"path is {str(root)!r}: it must be a folder of résumés")
        if not (root / LINES_FILE).is_file():
            names = (file.relative_to(root).as_posix() for file in root.rglob("*"))
            files = parse.pairs(
                names, lambda name: (root / name).read_bytes(), occupations.meaning()
            )
            return collect(files)
        table_file = root / TITLES_FILE
        table = occupations.titles(table_file.read_bytes()) if table_file.is_file() else {}
        with (root / LINES_FILE).open("rb") as stream:
            return collect(parse.lines(stream, occupations.meaning(table)))
