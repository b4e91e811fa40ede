"""A Debian archive's package lists, as apt keeps them: what each package is and says of itself."""

import bz2
import gzip
import lzma
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

APT_LISTS = "/var/lib/apt/lists"
APT_READER = ("/usr/lib/apt/apt-helper", "cat-file")  # unpacks whatever apt packs
WITH_TRANSLATION = "apt-get -o Acquire::Languages=en update"

_LIST = re.compile(
    r"(?P<archive>(?:.*_dists_(?P<release>[^_]+)_(?:main|universe)_)?)"
    r"(?:binary-[^_]+_)?Packages(?:\.\w+)?"
)
_PACKING = re.compile(r"(?:\.[a-z0-9]+)?$")  # apt's names hold a host, with dots
_FIELD = re.compile(r"^([\w-]+):[ \t]*(.*(?:\n[ \t].*)*)", re.M)


@dataclass(frozen=True, slots=True)
class Package:
    """A binary package.

    Attributes
    ----------
    name
        Unique in a release.
    section
        What the archive files it under; in components other than main, after the component's name
        and a slash.
    source
        The source package that it is built from.
    description
        The short one in a line, and the long one below it, paragraphs apart by an empty line.
    """

    name: str
    section: str
    source: str
    description: str


def packages(folder: Path) -> list[Package]:
    """Return the packages of one release that have an English description, by name.

    Parameters
    ----------
    folder
        Holds the files Packages and Translation-en of a release's components main and universe,
        under their own names or under those that apt gives them, packed or not. Updates, security
        fixes and backports are left out, and so are archives without Translation-en.

    Raises
    ------
    FileNotFoundError
        If the folder has no package lists, or none has a translation.
    ValueError
        If it has those of several releases, or one that cannot be unpacked.
    """
    found: dict[str, Package] = {}
    for listed, translation in _pairs(folder):
        said = {
            fields["Description-md5"]: fields["Description-en"]
            for fields in _stanzas(translation)
            if "Description-en" in fields
        }
        for fields in _stanzas(listed):
            if fields.get("Description-md5") in said:
                package = _package(fields, said[fields["Description-md5"]])
                found.setdefault(package.name, package)
    return [found[name] for name in sorted(found)]


def _pairs(folder: Path) -> list[tuple[Path, Path]]:
    """Return the lists of packages, each with the descriptions beside it."""
    files = sorted(path for path in folder.glob("*") if path.is_file())
    listed = [(path, match) for path in files if (match := _LIST.fullmatch(path.name))]
    if not listed:
        raise FileNotFoundError(
            f"{folder} has no package lists: on Debian and Ubuntu they are in {APT_LISTS}"
        )
    pairs, releases = [], set()
    for path, match in listed:
        release = match["release"] or ""
        start = re.escape(match["archive"])
        beside = re.compile(rf"{start}(i18n_)?Translation-en(\.\w+)?")
        translations = [other for other in files if beside.fullmatch(other.name)]
        if translations and "-" not in release:
            pairs.append((path, translations[0]))
            releases.add(release)
    if not pairs:
        raise FileNotFoundError(
            f"{folder} has package lists without the descriptions, which are in Translation-en: "
            f"`{WITH_TRANSLATION}`, run as root, fetches both to {APT_LISTS}"
        )
    if len(releases) > 1:
        raise ValueError(
            f"{folder} has the package lists of {', '.join(sorted(releases))}: copy those of one "
            "to a folder of their own, and name that"
        )
    return pairs


def _package(fields: Mapping[str, str], description: str) -> Package:
    lines = [line.strip() for line in description.split("\n")]
    return Package(
        name=fields["Package"],
        section=fields.get("Section", ""),
        source=fields.get("Source", fields["Package"]).split()[0],  # a version may follow
        description="\n".join("" if line == "." else line for line in lines),
    )


def _stanzas(path: Path) -> Iterator[dict[str, str]]:
    for paragraph in _content(path).split("\n\n"):
        if fields := dict(_FIELD.findall(paragraph)):
            yield fields


def _content(path: Path) -> str:
    packing = _PACKING.findall(path.name)[0]
    try:
        return _UNPACKED.get(packing, _with_apt)(path).decode()
    except (OSError, EOFError, ValueError, lzma.LZMAError, subprocess.SubprocessError) as error:
        raise ValueError(f"{path} cannot be unpacked: {error}") from error


def _with_apt(path: Path) -> bytes:
    return subprocess.run([*APT_READER, str(path)], check=True, capture_output=True).stdout


def _opened(by: Callable) -> Callable[[Path], bytes]:
    def read(path: Path) -> bytes:
        with by(path) as stream:
            return stream.read()

    return read


_UNPACKED: Mapping[str, Callable[[Path], bytes]] = {
    "": Path.read_bytes,
    ".bz2": _opened(bz2.open),
    ".gz": _opened(gzip.open),
    ".lzma": _opened(lzma.open),
    ".xz": _opened(lzma.open),
}
