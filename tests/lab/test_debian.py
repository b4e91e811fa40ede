"""A real text: which package lists are read, what of them is kept, and on which side it is."""

import bz2
import gzip
import hashlib
import json
import lzma
import sys
import zlib
from dataclasses import replace

import pytest

from collective_lab.cli import main
from collective_lab.corpora import Debian, DownloadError, debian, in_test, load, package_lists
from collective_lab.corpora.package_lists import packages
from collective_lab.experiment import Configuration
from collective_lab.sweep import files
from support.servers import Behaviour, serving

SENTENCE = "tool that reads one file after the other, writes what it finds and says so in a log. "
PACKED = {
    "": bytes,
    ".bz2": bz2.compress,
    ".gz": gzip.compress,
    ".lzma": lambda content: lzma.compress(content, lzma.FORMAT_ALONE),
    ".xz": lzma.compress,
    ".lz4": zlib.compress,  # what only apt unpacks: here the test does
    ".zst": zlib.compress,
}
UNPACK = (
    "import sys, zlib; sys.stdout.buffer.write(zlib.decompress(open(sys.argv[1], 'rb').read()))"
)
APT = "deb.example.org_debian_dists_{}_main_"


def described(name, *, words=2, more=""):
    """Return a description as an archive has it, its second paragraph below a lone dot."""
    return f"{name} in a line\n {name}, a {SENTENCE * words}\n .\n Written for people.{more}"


def lists(rows):
    """Return Packages and Translation-en of rows (name, section, source, description)."""
    packages, translation = [], []
    for name, section, source, description in rows:
        md5 = hashlib.md5(description.encode()).hexdigest()
        packages.append(
            f"Package: {name}\nVersion: 1\nTag: one,\n two\n"
            + f"Source: {source} (2:1.0)\n" * bool(source)
            + f"Description: {name} in a line\nDescription-md5: {md5}\nSection: {section}\n"
        )
        translation.append(
            f"Package: {name}\nDescription-md5: {md5}\nDescription-en: {description}\n"
        )
    return "\n".join(packages).encode(), "\n".join(translation).encode()


def rows(n=60, **changed):
    """Return packages of every section, two of each source, and one of a section that is not."""
    made = [
        (name, debian.SECTIONS[number % 10], f"source{number // 2}", changed.get(name))
        for number in range(n)
        for name in [f"package{number:03}"]
    ]
    made.append(("kernel", "kernel", "", None))
    return [(name, of, source, text or described(name)) for name, of, source, text in made]


@pytest.fixture
def archive(tmp_path):
    """Write package lists to a folder and return it."""

    def write(rows, folder="lists", prefix=("", ""), packing=""):
        home = tmp_path / folder
        home.mkdir(exist_ok=True)
        for start, name, content in zip(prefix, NAMES, lists(rows), strict=True):
            (home / f"{start}{name}{packing}").write_bytes(PACKED[packing](content))
        return home

    return write


NAMES = ("Packages", "Translation-en")


def apt(release):
    start = APT.format(release)
    return f"{start}binary-amd64_", f"{start}i18n_"


def texts(source):
    return {resume.id: resume.text for resume in source.read()[0]}


def test_however_apt_packs_and_names_them_they_are_one_corpus(archive, monkeypatch):
    monkeypatch.setattr(package_lists, "APT_READER", (sys.executable, "-c", UNPACK))
    sources = [
        Debian(archive(rows(), f"{bool(prefix)}{packing}", prefix or ("", ""), packing))
        for packing in PACKED
        for prefix in (None, apt("bookworm"))
    ]
    assert len({source.sha256 for source in sources}) == len(set(sources)) == 1
    held = texts(sources[0])
    assert len(held) == 60
    assert held["package000"].split("\n")[::2] == ["package000 in a line", "Written for people."]


@pytest.mark.parametrize("packing", [".xz", ".gz", ".bz2", ".lz4"])
def test_a_list_that_cannot_be_unpacked_is_named(archive, packing, monkeypatch):
    monkeypatch.setattr(package_lists, "APT_READER", (sys.executable, "-c", UNPACK))
    home = archive(rows(), packing=packing)
    (home / f"Packages{packing}").write_bytes(b"neither packed nor whole")
    with pytest.raises(ValueError, match=rf"Packages{packing} cannot be unpacked"):
        Debian(home)
    monkeypatch.setattr(package_lists, "APT_READER", (str(home / "no-apt"),))
    if packing == ".lz4":
        with pytest.raises(ValueError, match=r"lz4 cannot be unpacked.*no-apt"):
            Debian(home)


def test_without_lists_or_descriptions_it_says_what_to_do(archive, tmp_path, capsys):
    with pytest.raises(FileNotFoundError, match=r"has no package lists.* /var/lib/apt/lists"):
        Debian(tmp_path)
    home = archive(rows(), prefix=apt("bookworm"))
    (home / f"{apt('bookworm')[1]}Translation-en").unlink()
    asks = "without the descriptions.*`apt-get -o Acquire::Languages=en update`"
    with pytest.raises(FileNotFoundError, match=asks):
        Debian(home)
    for command in (["corpus", "debian", str(home)], ["run", "--data", f"debian:{home}"]):
        assert main(command) == 1
        assert "Acquire::Languages=en" in capsys.readouterr().err
    assert main(["curve", f"debian:{home}"]) == 1
    assert "Acquire::Languages=en" in capsys.readouterr().err


def test_one_release_is_read_without_its_updates_and_without_other_archives(archive):
    home = archive(rows(), prefix=apt("bookworm"))
    alone = Debian(home)
    newer = rows(package000=described("package000", words=3))
    for release in ("bookworm-updates", "bookworm-security"):
        archive(newer, prefix=apt(release))
    (home / "apt.example.org_dists_stable_main_binary-amd64_Packages").write_bytes(b"Package: x\n")
    (home / "deb.example.org_debian_dists_bookworm_InRelease").write_bytes(b"Suite: stable\n")
    assert Debian(home) == alone
    archive(rows(), prefix=apt("trixie"))
    with pytest.raises(ValueError, match=r"has the package lists of bookworm, trixie: copy those"):
        Debian(home)


def test_components_are_read_together_and_their_sections_are_one(archive):
    home = archive([("a", "universe/net", "", described("a"))], prefix=apt("noble"))
    start = APT.format("noble").replace("_main_", "_universe_")
    archive(
        [("b", "net", "", described("b")), ("a", "net", "", described("A"))],
        prefix=(f"{start}binary-amd64_", f"{start}i18n_"),
    )
    sections = {package.name: package.section for package in packages(home)}
    assert sections == {"a": "universe/net", "b": "net"}
    labels = {resume.id: resume.labels for resume in Debian(home).read()[0]}
    assert labels == {name: (debian.SECTIONS.index("net"),) for name in "ab"}


def test_what_is_short_or_repeats_a_text_is_left_out_and_counted(archive):
    made = rows(
        package003=described("package003", words=0),
        package007=described("PACKAGE002").replace("\n .\n", "  \n"),
        package009=described("package002", more=" Not the same."),
    )
    report = load(Debian(archive(made))).report
    assert report.skipped == {debian.SHORT: 1, debian.REPEATED: 1}
    assert report.examples[debian.REPEATED] == ("package007",)
    assert (report.kept, report.found, report.repeats) == (58, 60, 0)


def test_packages_of_one_source_are_on_one_side(archive):
    source = Debian(archive(rows(400)))
    sides = {
        side: {text.split()[0] for text in texts["text"]}
        for side, texts in load(source).splits.items()
    }
    resumes = source.read()[0]
    assert all(in_test(one.group) == (one.id in sides["test"]) for one in resumes)
    groups = [{one.group for one in resumes if one.id in side} for side in sides.values()]
    assert min(map(len, groups)) >= 10 and not set.intersection(*groups)
    by_text = [in_test(one.text) for one in resumes]
    assert by_text[::2] != by_text[1::2]  # the texts alone would part them


def test_a_package_without_a_source_field_is_its_own_source(archive):
    [package] = packages(archive([("alone", "net", "", described("alone"))]))
    assert package.source == "alone"


def test_another_release_is_another_corpus_and_another_source_another_split(archive):
    before = Debian(archive(rows()))
    said_more = Debian(archive(rows(package000=described("package000", words=3)), "newer"))
    elsewhere = [(name, of, f"other-{source}", text) for name, of, source, text in rows()]
    moved = Debian(archive(elsewhere, "moved"))
    assert len({before, said_more, moved}) == 3
    assert texts(before) == texts(moved)
    archive(rows(59))
    with pytest.raises(ValueError, match=r"lists has changed: its texts have the digest"):
        load(before)


def test_an_experiment_is_named_by_the_texts_and_not_by_where_the_lists_are(archive, tmp_path):
    one, other = (Debian(archive(rows(), name)) for name in ("one", "other"))
    first = Configuration(one, "bag")
    assert first.id == Configuration(other, "bag").id != Configuration(Debian(), "bag").id
    assert first.target == debian.SECTIONS.index("utils")
    assert Configuration.from_dict(json.loads(json.dumps(first.as_dict()))) == first
    grid = tmp_path / "mine.toml"
    grid.write_text(
        'corpus = {kind = "debian", lists = "one"}\nmodel = "bag"\n[[groups.alpha]]\n'
        "seeds = 1\nalpha = [0]\n",
        encoding="utf-8",
    )
    assert files.read(grid).groups()["alpha"][0].id == first.id


# The pinned release, as a server on loopback has it.


@pytest.fixture
def release(archive, tmp_path, monkeypatch):
    """Serve small lists in place of the release's, under its names and with their hashes."""
    home = archive(rows(), "served", packing=".xz")
    held = {below: (home / file.name).read_bytes() for below, file in debian.FILES.items()}
    standing_in = {
        below: replace(file, digest=hashlib.sha256(held[below]).hexdigest())
        for below, file in debian.FILES.items()
    }
    monkeypatch.setattr(debian, "FILES", standing_in)
    monkeypatch.setattr(debian, "TEXTS", Debian(home).sha256)
    monkeypatch.setenv("COLLECTIVE_ACTION_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    behaviour = Behaviour({below + standing_in[below].name: held[below] for below in held})
    with serving(behaviour) as address:
        behaviour.address = address
        yield behaviour


def test_the_release_is_fetched_once_when_asked_and_is_then_known_by_name(release, capsys):
    download = ["corpus", "debian", "--download", "--address", release.address]
    assert main(download) == main(download) == 0
    assert "60 found, 60 kept" in capsys.readouterr().out
    assert len(release.asked) == 2
    assert main(["corpus", "texts", "debian"]) == 0
    learn = ["--data", "debian", "--model", "bag", "--epochs", "1"]
    assert main(["run", *learn, "--alpha", "0.1", "--target", "net"]) == 0
    assert "60 found" in capsys.readouterr().out


def test_a_system_of_the_release_has_the_lists_already(release, archive, tmp_path, monkeypatch):
    theirs = archive(rows(), "apt", apt("bookworm"))
    monkeypatch.setattr(debian, "APT_LISTS", str(theirs))
    assert texts(Debian()) == texts(Debian(theirs)) and release.asked == []
    other = archive(rows(59), "newer", apt("trixie"))
    for lists in (other, tmp_path):
        monkeypatch.setattr(debian, "APT_LISTS", str(lists))
        with pytest.raises(FileNotFoundError, match=r"another release are another corpus"):
            load(Debian())
    assert release.asked == []


def test_nothing_is_fetched_unless_asked(release, capsys):
    with pytest.raises(FileNotFoundError, match="only when you ask: collective-lab corpus debian"):
        load(Debian())
    assert main(["corpus", "texts", "debian"]) == 1
    assert "is not there" in capsys.readouterr().err
    assert release.asked == []


@pytest.mark.parametrize("name", [file.name for file in debian.FILES.values()])
def test_a_list_with_another_hash_is_neither_kept_nor_used(release, name, tmp_path):
    good = dict(release.files)
    [path] = [path for path in good if path.endswith(name)]
    release.files = good | {path: lzma.compress(b"Package: other\n")}
    with pytest.raises(DownloadError, match="is not the published file"):
        Debian(download=True, address=release.address).read()
    assert not (tmp_path / "cache" / "debian-12.15" / name).exists()
    release.files = good
    assert len(texts(Debian(download=True, address=release.address))) == 60
    altered = tmp_path / "cache" / "debian-12.15" / name
    altered.write_bytes(altered.read_bytes() + b"\n")
    with pytest.raises(FileNotFoundError, match=rf"{name} is not the published file"):
        load(Debian())


def test_the_release_is_pinned_by_sha256():
    assert all(len(bytes.fromhex(file.digest)) == 32 for file in debian.FILES.values())
    assert Debian().sha256 == debian.TEXTS and len(bytes.fromhex(debian.TEXTS)) == 32
