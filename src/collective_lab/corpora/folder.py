"""A folder of the reader's own résumés, in either form of the real corpus."""

from dataclasses import dataclass
from pathlib import Path

from collective_lab.corpora import parse
from collective_lab.corpora.records import Report, Resume, collect

LINES_FILE = "resume_samples.txt"
TITLES_FILE = "normlized_classes.txt"


@dataclass(frozen=True)
class Folder:
    """Résumés on disk.

    Parameters
    ----------
    path
        A folder with NAME.txt and NAME.lab for each résumé, in subfolders if you like; or with
        `resume_samples.txt` (lines id:::label;label:::text) and, if its labels are people's own
        titles, `normlized_classes.txt` (lines title:Occupation,Occupation).
    """

    path: Path

    def read(self) -> tuple[list[Resume], Report]:
        """Return the résumés and the report on what was skipped.

        Raises
        ------
        ValueError
            If the path is no folder, or its table of titles has no line of the right form.
        """
        root = Path(self.path)
        if not root.is_dir():
            raise ValueError(f"path is {str(root)!r}: it must be a folder of résumés")
        if not (root / LINES_FILE).is_file():
            names = (file.relative_to(root).as_posix() for file in root.rglob("*"))
            return collect(parse.pairs(names, lambda name: (root / name).read_bytes()))
        table_file = root / TITLES_FILE
        table = parse.titles(table_file.read_bytes()) if table_file.is_file() else {}
        with (root / LINES_FILE).open("rb") as stream:
            return collect(parse.lines(stream, table))
