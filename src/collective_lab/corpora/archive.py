"""Read the published archives without trusting them, and without writing anything to disk."""

import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

MEBIBYTE = 1 << 20
MAX_ENTRIES = 200_000
MAX_TOTAL = 1024 * MEBIBYTE
MAX_RATIO = 100  # text shrinks to about a quarter; for entries above a mebibyte


class ArchiveError(ValueError):
    """An archive that is damaged, or is not what it should be."""


@dataclass(frozen=True)
class Archive:
    """An open zip archive whose table of contents has been checked.

    Attributes
    ----------
    path
        Where it lies.
    names
        The files in it, with forward slashes.
    """

    path: Path
    names: tuple[str, ...]
    _zip: zipfile.ZipFile

    def content(self, name: str) -> bytes:
        """Return the content of one file.

        Raises
        ------
        ArchiveError
            If the content is damaged or not the size that the archive says.
        """
        with self._reading(name), self._zip.open(name) as stream:
            return stream.read()

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield the lines of one file; raises as `content` does."""
        with self._reading(name), self._zip.open(name) as stream:
            yield from stream

    @contextmanager
    def _reading(self, name: str) -> Generator[None]:
        try:
            yield
        except _DAMAGED as error:
            raise ArchiveError(f"{self.path}: {name} is damaged ({error}); {_ADVICE}") from error


# All that zipfile was seen to raise on bytes that are no archive, or no longer one.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)
_ADVICE = "delete the archive and fetch it again"


@contextmanager
def open_archive(
    path: Path, *, max_entries: int = MAX_ENTRIES, max_total: int = MAX_TOTAL
) -> Generator[Archive]:
    """Open a zip archive and check its table of contents before a byte is unpacked.

    Parameters
    ----------
    path
        The archive.
    max_entries, max_total
        The most files, and the most bytes unpacked, that are accepted.

    Raises
    ------
    ArchiveError
        If it is no zip archive, is cut off, or holds a path that leads out of it, a link, an
        encrypted file, two files of one name, more than the limits allow, or a file that shrank
        more than text can (a bomb).
    """
    try:
        opened = zipfile.ZipFile(path)
    except _DAMAGED as error:
        raise ArchiveError(f"{path} is no complete zip archive ({error}); {_ADVICE}") from error
    with opened:
        entries = opened.infolist()
        if len(entries) > max_entries:
            raise ArchiveError(f"{path} holds {len(entries):,} files: at most {max_entries:,}")
        for entry in entries:
            problem = _problem(entry)
            if problem:
                raise ArchiveError(f"{path}: {entry.filename!r} {problem}; it is not unpacked")
        [(twice, count)] = Counter(entry.filename for entry in entries).most_common(1) or [("", 0)]
        if count > 1:
            raise ArchiveError(f"{path} holds two files called {twice!r}")
        total = sum(entry.file_size for entry in entries)
        if total > max_total:
            raise ArchiveError(f"{path} unpacks to {total:,} bytes: at most {max_total:,}")
        files = tuple(entry.filename for entry in entries if not entry.is_dir())
        yield Archive(Path(path), files, opened)


def _problem(entry: zipfile.ZipInfo) -> str | None:
    path = PurePosixPath(entry.orig_filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or PureWindowsPath(entry.orig_filename).drive:
        return "leads out of the archive"
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or another special file"
    if entry.flag_bits & 1:
        return "is encrypted"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is compressed in a way that the published archives are not"
    if entry.file_size > MEBIBYTE and entry.file_size > MAX_RATIO * entry.compress_size:
        return f"shrank {entry.file_size / max(entry.compress_size, 1):,.0f} times, as no text does"
    return None
