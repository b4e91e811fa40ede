"""A real text: the descriptions of Debian's packages, written by their maintainers.

The labels are the archive's sections. No licence is stated for the descriptions as a whole; each
stands under that of its package. So they are read from where Debian publishes them, and this
project never passes them on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ClassVar

from collective_lab.corpora import parse
from collective_lab.corpora.archive import MEBIBYTE
from collective_lab.corpora.digest import digest, require_same
from collective_lab.corpora.download import RemoteFile, fetch, is_intact
from collective_lab.corpora.package_lists import APT_LISTS, WITH_TRANSLATION, packages
from collective_lab.corpora.published import cache_folder
from collective_lab.corpora.records import Read, Report, Resume, Skipped, collect
from collective_lab.corpora.split import normalise

SECTIONS = (
    "admin", "doc", "games", "libdevel", "net", "perl", "python", "science", "sound", "utils",
)  # fmt: skip
FEWEST_WORDS = 30

RELEASE = "Debian 12.15 (bookworm, 11 July 2026), main, amd64"
ADDRESS = "https://snapshot.debian.org/archive/debian/20260801T000000Z/dists/bookworm/main/"
FILES = {
    "binary-amd64/": RemoteFile(
        "Packages.xz",
        "9e0b5aabb2465b3d2e7a7fe27f9913846277833f7a2826e7767acccff5b588c5",
        64 * MEBIBYTE,
    ),
    "i18n/": RemoteFile(
        "Translation-en.xz",
        "a3d4a0bfd8e9242810b0885eda7c1a6e05dac15b333ddbaab03ba56f2dfa4bf0",
        64 * MEBIBYTE,
    ),
}
"""By folder: the release's lists, with the SHA-256 that its signed InRelease says."""
TEXTS = "f66587e82da1bff878a6f8423ddfc6be6ceb0cfeb34d25dbd43977e4006a0053"
"""The digest (`digest.digest`) of the texts in them."""

REPEATED = "an earlier package has this text"
SHORT = f"fewer than {FEWEST_WORDS} words"


@dataclass(frozen=True)
class Debian:
    """Descriptions of packages, known by what they say: another release is another corpus.

    Each is the short description and the long one below it, of the packages in `SECTIONS` with at
    least `FEWEST_WORDS` words. A text that repeats an earlier one, case and white space aside, is
    left out. Packages of one source are on one side of the split, since they share sentences.

    Parameters
    ----------
    lists
        A folder with package lists, such as a Debian or Ubuntu system's `/var/lib/apt/lists`, read
        as `package_lists.packages` says. Without it, those of `RELEASE` are meant: from the cache,
        or from `APT_LISTS` where a system of that release has them.
    sha256
        The digest of the texts (`digest.digest`); found out when omitted.
    download
        Fetch the lists of `RELEASE` if they are not in the cache; `published.cache_folder` says
        where that is.
    address
        Where they are served, below the component: a mirror's that still has that release.

    Raises
    ------
    FileNotFoundError, ValueError
        If the digest is to be found out and the lists cannot be read; see `read`.
    """

    labels: ClassVar[tuple[str, ...]] = SECTIONS
    usual_target: ClassVar[int] = SECTIONS.index("utils")

    lists: str = field(default="", compare=False)
    sha256: str = ""
    download: bool = field(default=False, compare=False, repr=False)
    address: str = field(default=ADDRESS, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lists", str(self.lists))
        if not self.sha256:
            known = digest(self._read()[0], SECTIONS) if self.lists else TEXTS
            object.__setattr__(self, "sha256", known)

    def read(self) -> tuple[list[Resume], Report]:
        """Return the texts and the report on what was skipped.

        Raises
        ------
        FileNotFoundError
            If there are no package lists, they lack the descriptions, or those of `RELEASE` are not
            in the cache, or not intact, and `download` is False.
        DownloadError
            If they cannot be fetched.
        ValueError
            If lists cannot be unpacked, or no longer hold the same texts.
        """
        resumes, report = self._read()
        require_same(self.sha256, digest(resumes, SECTIONS), self.lists or RELEASE)
        return resumes, report

    def _read(self) -> tuple[list[Resume], Report]:
        return collect(_texts(Path(self.lists) if self.lists else self._found()))

    def _found(self) -> Path:
        """Return the folder with the lists of `RELEASE`, fetched or the system's own."""
        try:
            return self._fetched()
        except FileNotFoundError:
            if _holds_release(Path(APT_LISTS)):
                return Path(APT_LISTS)
            raise

    def _fetched(self) -> Path:
        folder = cache_folder() / "debian-12.15"
        for below, file in FILES.items():
            if self.download:
                fetch(file, self.address + below, folder)
            elif not is_intact(file, folder):
                path = folder / file.name
                state = "is not the published file" if path.exists() else "is not there"
                raise FileNotFoundError(
                    f"{path} {state}. The lists of {RELEASE} are fetched only when "
                    "you ask: collective-lab corpus debian --download. A system of that release "
                    f"has them in {APT_LISTS}, after `{WITH_TRANSLATION}`; those of another "
                    f"release are another corpus, debian:{APT_LISTS}"
                )
        return folder


def _holds_release(folder: Path) -> bool:
    try:
        return digest(collect(_texts(folder))[0], SECTIONS) == TEXTS
    except (FileNotFoundError, ValueError):
        return False


def _texts(folder: Path) -> Iterator[Read | Skipped]:
    seen: set[str] = set()
    for package in packages(folder):
        section = package.section.rpartition("/")[2]
        if section not in SECTIONS:
            continue
        read = parse.read_one(
            package.name, package.description, [section], lambda name: (SECTIONS.index(name),)
        )
        if isinstance(read, Skipped):
            yield read
            continue
        text = normalise(read.resume.text)
        if len(text.split()) < FEWEST_WORDS:
            yield Skipped(package.name, SHORT)
        elif text in seen:
            yield Skipped(package.name, REPEATED)
        else:
            seen.add(text)
            yield replace(read, resume=replace(read.resume, group=package.source))
