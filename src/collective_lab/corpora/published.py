"""The real corpus of Jiechieu and Tsopze, which this project fetches for you and never passes on.

No licence is stated for it. It is downloaded only when you ask, from its authors' repository at one
commit, and checked against the git blob ids of that commit.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from platformdirs import user_cache_path

from collective_action import validation
from collective_lab.corpora import occupations, parse
from collective_lab.corpora.archive import MEBIBYTE, ArchiveError, open_archive
from collective_lab.corpora.download import RemoteFile, fetch, is_intact
from collective_lab.corpora.records import Report, Resume, collect

COMMIT = "24de39957d99caf2c89cf384ba2396bafe16050d"
ADDRESS = f"https://raw.githubusercontent.com/florex/resume_corpus/{COMMIT}/"
PAIRS = RemoteFile("resumes_corpus.zip", "926cc2515b2cbd7328819e02b6fb8f14a5c30232", 256 * MEBIBYTE)
LINES = RemoteFile("resume_samples.zip", "4bdae4c2a8a664c56f7661310ad00bb03bbe4d3f", 256 * MEBIBYTE)
TITLES = RemoteFile(
    "normlized_classes.txt", "4c011c098bf24c0d8dd3186d4ae88bf0b1129e1b", 8 * MEBIBYTE
)
FILES = {"pairs": (PAIRS,), "lines": (LINES, TITLES)}
CACHE_VARIABLE = "COLLECTIVE_ACTION_CACHE"


def cache_folder() -> Path:
    """Return where downloads are kept.

    The variable COLLECTIVE_ACTION_CACHE names it; without that it is `collective-action` in the
    platform's folder for caches (~/.cache or XDG_CACHE_HOME, ~/Library/Caches, LOCALAPPDATA).
    """
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named).expanduser() if named else user_cache_path("collective-action", False)


@dataclass(frozen=True)
class Published:
    """The real corpus.

    Parameters
    ----------
    form
        "pairs" (a text and a label file for each résumé, 89 MB) or "lines" (one file, whose titles
        a published table turns into occupations).
    download
        Fetch what is missing. Otherwise only what was fetched before is used.
    cache
        The folder for downloads; by default `cache_folder()`.
    address
        Where the files are served: a mirror's address, if you have one.

    Raises
    ------
    ValueError
        If `form` is neither.
    """

    labels: ClassVar[tuple[str, ...]] = occupations.OCCUPATIONS
    usual_target: ClassVar[int] = occupations.PROJECT_MANAGER

    form: str = "pairs"
    download: bool = False
    cache: Path | None = None
    address: str = ADDRESS

    def __post_init__(self) -> None:
        validation.choice("form", self.form, tuple(FILES))

    def read(self) -> tuple[list[Resume], Report]:
        """Return the résumés and the report on what was skipped.

        Raises
        ------
        FileNotFoundError
            If a file is not in the cache, or not intact, and `download` is False.
        DownloadError
            If it cannot be fetched.
        ArchiveError
            If an archive is intact and yet not what it should be.
        """
        paths = [self._path(file) for file in FILES[self.form]]
        with open_archive(paths[0]) as archive:
            if self.form == "pairs":
                return collect(parse.pairs(archive.names, archive.content, occupations.meaning()))
            texts = [name for name in archive.names if name.endswith("resume_samples.txt")]
            if not texts:
                raise ArchiveError(f"{paths[0]} holds no resume_samples.txt")
            table = occupations.titles(paths[1].read_bytes())
            return collect(parse.lines(archive.lines(texts[0]), occupations.meaning(table)))

    def _path(self, file: RemoteFile) -> Path:
        folder = Path(self.cache) if self.cache is not None else cache_folder()
        if self.download:
            return fetch(file, self.address, folder)
        path = folder / file.name
        if not is_intact(file, folder):
            state = "is not the published file" if path.exists() else "is not there"
            raise FileNotFoundError(
                f"{path} {state}. The real corpus is fetched only when you ask: "
                "collective-lab corpus download, or Published(download=True)"
            )
        return path
