"""Fetching the real corpus, from a server on loopback that behaves badly."""

import errno
import hashlib
import io
import socket
import threading
import urllib.request
import zipfile
from pathlib import Path

import platformdirs
import pytest

from collective_lab.cli import main
from collective_lab.corpora import DownloadError, Published, download, load, published
from collective_lab.corpora.download import RemoteFile, blob_id, fetch
from support.servers import Behaviour, serving

CONTENT = bytes(range(256)) * 4_000
BLOB = hashlib.sha1(b"blob %d\0" % len(CONTENT) + CONTENT).hexdigest()
FILE = RemoteFile("corpus.zip", BLOB, limit=2_000_000)


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    """Ask loopback itself, not a proxy."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def server():
    """Serve the file well, until the test says otherwise."""
    behaviour = Behaviour({FILE.name: CONTENT})
    with serving(behaviour) as address:
        behaviour.address = address
        yield behaviour


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"corpus.zip.lock"}


def test_a_blob_id_is_gits_own(tmp_path):
    path = tmp_path / "hello"
    path.write_bytes(b"hello world\n")  # git hash-object says:
    assert blob_id(path) == "3b18e512dba79e4c8300dd08aeb37f8e728b8dad"


def test_the_file_arrives_once(server, tmp_path):
    folder = tmp_path / "new" / "cache"
    path = fetch(FILE, server.address, folder)
    assert path.read_bytes() == CONTENT
    assert names(folder) == {"corpus.zip"}
    fetch(FILE, server.address, folder)
    assert server.asked == [None]


def test_a_download_that_was_cut_off_goes_on_where_it_stopped(server, tmp_path):
    server.cut = 600_000
    with pytest.raises(DownloadError, match=r"600,000 (of 1,024,000 )?bytes.*try again to go on"):
        fetch(FILE, server.address, tmp_path)
    assert names(tmp_path) == {"corpus.zip.part"}
    server.cut = None
    assert fetch(FILE, server.address, tmp_path).read_bytes() == CONTENT
    assert server.asked == [None, "bytes=600000-"]
    assert names(tmp_path) == {"corpus.zip"}


def test_a_server_that_falls_silent_is_not_waited_for(server, tmp_path, monkeypatch):
    """The server says nothing until the client has gone; a real socket's time-out may be short."""
    server.cut, server.silent = 1_000, threading.Event()
    patient, arrived = download._next, []

    def impatient(response, part):
        if sum(map(len, arrived)) == server.cut:  # nothing more will come: let the time-out pass
            response.fp.raw._sock.settimeout(1e-3)
        arrived.append(patient(response, part))
        return arrived[-1]

    monkeypatch.setattr(download, "_next", impatient)
    try:
        with pytest.raises(DownloadError, match=r"timed out.*1,000 bytes are kept"):
            fetch(FILE, server.address, tmp_path)
    finally:
        server.silent.set()


def test_every_wait_for_a_server_has_an_end(server, tmp_path, monkeypatch):
    waits = []

    def opened(request, timeout):
        waits.append(timeout)
        return urllib.request.OpenerDirector.open(direct, request, timeout=60)

    direct = urllib.request.build_opener()
    monkeypatch.setattr(download.urllib.request, "urlopen", opened)
    assert fetch(FILE, server.address, tmp_path).read_bytes() == CONTENT
    assert waits == [download.TIMEOUT]


def test_a_server_that_knows_no_ranges_is_asked_for_everything(server, tmp_path):
    (tmp_path / "corpus.zip.part").write_bytes(CONTENT[:1000])
    server.ranges = False
    assert fetch(FILE, server.address, tmp_path).read_bytes() == CONTENT


def test_a_wrong_beginning_is_thrown_away(server, tmp_path):
    (tmp_path / "corpus.zip.part").write_bytes(b"x" * 1000)
    assert fetch(FILE, server.address, tmp_path).read_bytes() == CONTENT
    assert server.asked == ["bytes=1000-", None]


def test_a_beginning_that_is_too_long_is_thrown_away(server, tmp_path):
    (tmp_path / "corpus.zip.part").write_bytes(CONTENT + b"more")
    assert fetch(FILE, server.address, tmp_path).read_bytes() == CONTENT


def test_a_whole_part_needs_no_more_bytes(server, tmp_path):
    (tmp_path / "corpus.zip.part").write_bytes(CONTENT)
    assert fetch(FILE, server.address, tmp_path).read_bytes() == CONTENT
    assert server.asked == [f"bytes={len(CONTENT)}-"]


def test_a_server_that_goes_on_from_elsewhere_is_not_believed(server, tmp_path):
    (tmp_path / "corpus.zip.part").write_bytes(CONTENT[:1000])
    server.shift = 7
    with pytest.raises(DownloadError, match="from byte 1,007, not from 1,000"):
        fetch(FILE, server.address, tmp_path)
    assert (tmp_path / "corpus.zip.part").read_bytes() == CONTENT[:1000]


@pytest.mark.parametrize("claimed", [len(CONTENT) - 1, 10, 0])
def test_a_server_that_claims_too_little_gives_no_file(server, tmp_path, claimed):
    server.claimed = claimed
    with pytest.raises(DownloadError, match="is not the published file"):
        fetch(FILE, server.address, tmp_path)
    assert names(tmp_path) == set()


def test_a_server_that_claims_too_much_is_found_out_and_overcome(server, tmp_path):
    server.claimed = len(CONTENT) + 1
    with pytest.raises(DownloadError, match=r"1,024,000 (of 1,024,001 )?bytes"):
        fetch(FILE, server.address, tmp_path)
    assert fetch(FILE, server.address, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("honest", [True, False])
def test_more_bytes_than_the_file_can_have_are_refused(server, tmp_path, honest):
    small = RemoteFile("corpus.zip", BLOB, limit=1000)
    if not honest:
        server.claimed = -1  # no length that can be believed
    with pytest.raises(DownloadError, match="1,000"):
        fetch(small, server.address, tmp_path)
    part = tmp_path / "corpus.zip.part"
    assert not part.exists() or part.stat().st_size <= 1000


def test_a_file_may_have_all_the_bytes_that_it_can_have(server, tmp_path):
    full = RemoteFile("corpus.zip", BLOB, limit=len(CONTENT))
    for _ in range(2):  # the second time it is there
        assert fetch(full, server.address, tmp_path).read_bytes() == CONTENT
    assert server.asked == [None]


def test_altered_bytes_never_replace_a_copy(server, tmp_path):
    (tmp_path / "corpus.zip").write_bytes(b"an older copy")
    server.files = {FILE.name: CONTENT[:-1] + b"!"}
    with pytest.raises(DownloadError, match=f"is not the published file.*expected {BLOB}"):
        fetch(FILE, server.address, tmp_path)
    assert (tmp_path / "corpus.zip").read_bytes() == b"an older copy"
    assert names(tmp_path) == {"corpus.zip"}


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_refusal_is_passed_on(server, tmp_path, status):
    server.status = status
    with pytest.raises(DownloadError, match=f"the server answered {status}"):
        fetch(FILE, server.address, tmp_path)


def test_no_network_is_said_and_nothing_is_lost(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    (tmp_path / "corpus.zip.part").write_bytes(CONTENT[:1000])
    with pytest.raises(DownloadError, match=r"cannot be reached.*1,000 bytes are kept"):
        fetch(FILE, f"http://127.0.0.1:{port}/", tmp_path)
    assert (tmp_path / "corpus.zip.part").read_bytes() == CONTENT[:1000]


class FullDisk:
    """A file on a disk with room for so many bytes and no more."""

    def __init__(self, stream, room):
        self.stream, self.room = stream, room

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()

    def write(self, chunk):
        if len(chunk) > self.room:
            self.stream.write(chunk[: self.room])
            raise OSError(errno.ENOSPC, "No space left on device")
        self.room -= len(chunk)
        return self.stream.write(chunk)

    def flush(self):
        self.stream.flush()

    def fileno(self):
        return self.stream.fileno()


def test_a_full_disk_is_said_and_the_download_goes_on_later(server, tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        opened = Path.open
        patched.setattr(
            Path,
            "open",
            lambda path, mode="r": (
                FullDisk(opened(path, mode), 300_000)
                if path.suffix == ".part" and mode != "rb"
                else opened(path, mode)
            ),
        )
        with pytest.raises(DownloadError, match="the disk is full; free some space"):
            fetch(FILE, server.address, tmp_path)
    assert (tmp_path / "corpus.zip.part").stat().st_size == 300_000
    assert fetch(FILE, server.address, tmp_path).read_bytes() == CONTENT
    assert server.asked == [None, "bytes=300000-"]


def test_a_folder_that_is_a_file_is_said(server, tmp_path):
    (tmp_path / "cache").write_text("not a folder")
    with pytest.raises(DownloadError, match=r"cannot be written: .*name another folder"):
        fetch(FILE, server.address, tmp_path / "cache")


def test_two_processes_do_not_write_one_file(server, tmp_path):
    other = download.FileLock(tmp_path / "corpus.zip.lock")
    with other, pytest.raises(DownloadError, match="another process is fetching"):
        fetch(FILE, server.address, tmp_path)
    assert fetch(FILE, server.address, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("address", ["file:///etc/", "ftp://127.0.0.1/", "http://127.0.0.1/x"])
def test_the_address_is_a_folder_on_the_web(address, tmp_path):
    with pytest.raises(ValueError, match=r"address is .*https:// or http://"):
        fetch(FILE, address, tmp_path)


# The whole way, with archives that the test makes and the blob ids that those have.

ENTRIES = {
    "resumes_corpus/": b"",
    "resumes_corpus/00001.txt": b'Wrote <span class="hl">java</span> services',
    "resumes_corpus/00001.lab": b"Java_Developer\nSoftware_Developer\n",
    "resumes_corpus/00002.txt": "Réseaux et câblage".encode("latin-1"),
    "resumes_corpus/00002.lab": b"Network_Administrator",
}
LINES = (
    b"1:::sr. java developer;:::Wrote java services\n"
    b"2:::lan guru;network engineer::: Kept routers ::: running\n"
    b"half a line\n"
)
TITLES = (
    b"sr. java developer:Java_Developer,Software_Developer\n"
    b"network engineer:Network_Administrator\n"
)


def packed(entries) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def corpus_server(monkeypatch):
    """Serve small archives in place of the real ones, under the real names."""
    files = {
        "resumes_corpus.zip": packed(ENTRIES),
        "resume_samples.zip": packed({"resume_samples.txt": LINES}),
        "normlized_classes.txt": TITLES,
    }
    standing_in = {
        form: tuple(
            RemoteFile(
                file.name,
                hashlib.sha1(b"blob %d\0" % len(files[file.name]) + files[file.name]).hexdigest(),
                file.limit,
            )
            for file in wanted
        )
        for form, wanted in published.FILES.items()
    }
    monkeypatch.setattr(published, "FILES", standing_in)
    behaviour = Behaviour(files)
    with serving(behaviour) as address:
        behaviour.address = address
        yield behaviour


def test_both_published_forms_become_a_corpus(corpus_server, tmp_path):
    first = load(Published("pairs", True, tmp_path, corpus_server.address))
    rows = sorted((row["text"], row["labels"]) for side in first.splits.values() for row in side)
    assert rows == [("Réseaux et câblage", [5]), ("Wrote java services", [0, 4])]
    assert first.report.notes == {"HTML removed": 1, "not UTF-8, read as Latin-1": 1}

    second = load(Published("lines", True, tmp_path, corpus_server.address))
    rows = sorted((row["text"], row["labels"]) for side in second.splits.values() for row in side)
    assert rows == [("Kept routers ::: running", [5]), ("Wrote java services", [0, 4])]
    assert second.report.skipped == {"the line does not split into id:::titles:::text": 1}
    assert "line 3" in str(second)

    again = load(Published("pairs", cache=tmp_path))  # what was fetched is used without asking
    assert again.report == first.report
    assert len(corpus_server.asked) == 3


def test_nothing_is_fetched_unless_asked(corpus_server, tmp_path):
    with pytest.raises(FileNotFoundError, match="only when you ask: collective-lab"):
        load(Published(cache=tmp_path, address=corpus_server.address))
    assert corpus_server.asked == []


def test_a_copy_that_was_altered_on_disk_is_not_used(corpus_server, tmp_path):
    load(Published("pairs", True, tmp_path, corpus_server.address))
    with (tmp_path / "resumes_corpus.zip").open("r+b") as stream:
        stream.seek(40)
        stream.write(b"!")
    with pytest.raises(FileNotFoundError, match="is not the published file"):
        load(Published(cache=tmp_path))
    mended = load(Published("pairs", True, tmp_path, corpus_server.address))
    assert mended.report.kept == 2


def test_the_command_line_fetches_and_reports(corpus_server, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLLECTIVE_ACTION_CACHE", str(tmp_path))
    command = ["corpus", "download", "--address", corpus_server.address]
    assert main(command) == 0
    assert "2 found, 2 kept" in capsys.readouterr().out
    corpus_server.status = 500
    (tmp_path / "resumes_corpus.zip").unlink()
    assert main(command) == 1
    assert "the server answered 500" in capsys.readouterr().err


def test_the_real_files_are_pinned():
    assert published.ADDRESS.startswith("https://")
    assert published.COMMIT in published.ADDRESS
    for wanted in published.FILES.values():
        assert all(len(bytes.fromhex(file.digest)) == 20 for file in wanted)


def test_the_cache_is_the_platforms_unless_it_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv("COLLECTIVE_ACTION_CACHE", raising=False)
    assert published.cache_folder() == platformdirs.user_cache_path("collective-action", False)
    monkeypatch.setenv("COLLECTIVE_ACTION_CACHE", str(tmp_path / "mine"))
    assert published.cache_folder() == tmp_path / "mine"
