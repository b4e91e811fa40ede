"""Fetch a published file: resumable, checked against its digest, and never half there."""

import errno
import hashlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from tqdm import tqdm

CHUNK = 1 << 18
TIMEOUT = 30.0  # seconds without a byte
GIT_DIGITS = 40  # of a blob id


class DownloadError(OSError):
    """A file that could not be fetched whole and unaltered."""


@dataclass(frozen=True)
class RemoteFile:
    """A file that is known by its content.

    Attributes
    ----------
    name
        Its name, in the address and on disk.
    digest
        Of its content: the git blob id, 40 hexadecimal digits (SHA-1 of "blob <size>", a NUL and
        the content), or the SHA-256, 64 of them.
    limit
        The most bytes to accept, whatever the server says.
    """

    name: str
    digest: str
    limit: int

    def digest_of(self, path: Path) -> str:
        """Return the digest, of the kind that this file is known by, of a file on disk."""
        if len(self.digest) == GIT_DIGITS:
            return blob_id(path)
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()


def blob_id(path: Path) -> str:
    """Return the git blob id of a file on disk."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def is_intact(file: RemoteFile, folder: Path) -> bool:
    """Return whether the folder holds the file with the content that it should have.

    Parameters
    ----------
    file
        What is asked for, with its digest.
    folder
        Where it would be.
    """
    path = folder / file.name
    return (
        path.is_file() and path.stat().st_size <= file.limit and file.digest_of(path) == file.digest
    )


def fetch(file: RemoteFile, address: str, folder: Path) -> Path:
    """Return the path of a file in the folder, downloading it unless an intact copy is there.

    Bytes go to `name.part`. A later call goes on where an earlier one was cut off, and only what
    has the right content gets the file's name: an earlier copy stays until then. Progress is shown
    on stderr unless TQDM_DISABLE is set.

    Parameters
    ----------
    file
        What to fetch.
    address
        http or https address of the folder that holds it, ending in a slash.
    folder
        Where to put it; made if needed.

    Raises
    ------
    DownloadError
        If there is no network, the server refuses, the transfer is cut off, the disk is full, the
        folder cannot be written, another process is fetching the file, or the content is not the
        published one.
    """
    if not address.startswith(("https://", "http://")) or not address.endswith("/"):
        raise ValueError(
            f"address is {address!r}: it must start with https:// or http:// and end in /"
        )
    path = folder / file.name
    lock = FileLock(folder / f"{file.name}.lock")
    try:
        with _on_disk(folder):
            folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=0)
    except Timeout:
        raise DownloadError(f"another process is fetching {file.name} to {folder}") from None
    try:
        if not is_intact(file, folder):
            _fetch(file, address + file.name, path)
    finally:
        lock.release()
    return path


def _fetch(file: RemoteFile, url: str, path: Path) -> None:
    part = path.with_name(path.name + ".part")
    resumed = part.exists() and part.stat().st_size > 0
    _transfer(file, url, part)
    actual = file.digest_of(part)
    if actual != file.digest and resumed:  # what was there may have been the wrong half
        part.unlink()
        _transfer(file, url, part)
        actual = file.digest_of(part)
    if actual != file.digest:
        size = part.stat().st_size
        part.unlink()
        raise DownloadError(
            f"{url} is not the published file: {size:,} bytes with the digest {actual}, "
            f"expected {file.digest}. It was altered or cut short on the way and has been deleted; "
            "try again, or over another network"
        )
    with _on_disk(path.parent):
        part.replace(path)


def _transfer(file: RemoteFile, url: str, part: Path) -> None:
    """Append to `part` what it lacks, as far as the server will give it."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        with _network(url, part), urllib.request.urlopen(request, timeout=TIMEOUT) as response:
            start, total = _extent(response, have)
            if start not in (0, have):
                raise DownloadError(
                    f"{url}: the server sends from byte {start:,}, not from {have:,}. "
                    f"Delete {part} and try again"
                )
            if total is not None and total > file.limit:
                raise DownloadError(f"{url} has {total:,} bytes: at most {file.limit:,} accepted")
            done = _store(file, response, part, start, total)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and have:
                return  # nothing is missing, or what is there is wrong: the content will tell
            raise DownloadError(f"{url}: the server answered {error.code} {error.reason}") from None
    if total is not None and done < total:
        raise DownloadError(
            f"{url} was cut off after {done:,} of {total:,} bytes. They are kept; "
            "try again to go on"
        )


def _extent(response: http.client.HTTPResponse, have: int) -> tuple[int, int | None]:
    """Return the first byte that the server sends and the size of the whole file, if it says so."""
    if response.status != http.client.PARTIAL_CONTENT:
        length = response.headers.get("Content-Length", "")
        return 0, int(length) if length.isdecimal() else None
    span, _, total = response.headers.get("Content-Range", "").partition("/")
    first = span.removeprefix("bytes ").partition("-")[0].strip()
    return int(first) if first.isdecimal() else -1, int(total) if total.isdecimal() else None


def _store(
    file: RemoteFile,
    response: http.client.HTTPResponse,
    part: Path,
    start: int,
    total: int | None,
) -> int:
    done = start
    with (
        _on_disk(part.parent),
        part.open("ab" if start else "wb") as out,
        tqdm(total=total, initial=start, unit="B", unit_scale=True, desc=file.name) as progress,
    ):
        while chunk := _next(response, part):
            done += len(chunk)
            if done > file.limit:
                raise DownloadError(f"{file.name}: the server sends over {file.limit:,} bytes")
            out.write(chunk)
            out.flush()  # what arrived is kept, whatever happens next
            progress.update(len(chunk))
        os.fsync(out.fileno())
    return done


def _next(response: http.client.HTTPResponse, part: Path) -> bytes:
    with _network(response.url, part):
        return response.read1(CHUNK)


@contextmanager
def _network(url: str, part: Path) -> Generator[None]:
    try:
        yield
    except (DownloadError, urllib.error.HTTPError):
        raise
    except (OSError, http.client.HTTPException) as error:
        kept = part.stat().st_size if part.exists() else 0
        raise DownloadError(
            f"{url} cannot be reached, or the connection broke ({error}). {kept:,} bytes are kept; "
            "try again to go on"
        ) from error


@contextmanager
def _on_disk(folder: Path) -> Generator[None]:
    try:
        yield
    except (DownloadError, Timeout):
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            why = "the disk is full; free some space and try again"
        else:
            why = f"{error.strerror}; name another folder"
        raise DownloadError(f"{folder} cannot be written: {why}") from error
