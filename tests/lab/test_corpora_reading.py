"""Reading résumés that others wrote: damaged, hostile and odd archives, folders and lines."""

import io
import os
import stat
import struct
import zipfile
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collective_lab.corpora import OCCUPATIONS, ArchiveError, Folder, load, parse
from collective_lab.corpora.archive import open_archive
from collective_lab.corpora.cleaning import decode, plain
from collective_lab.corpora.labels import fold
from collective_lab.corpora.occupations import find, meaning, titles
from collective_lab.corpora.records import SAME_ID, Read, Skipped, collect

thorough = settings(max_examples=150)

WEB, PYTHON = OCCUPATIONS.index("Web Developer"), OCCUPATIONS.index("Python Developer")


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def good(*ids: str) -> dict[str, bytes]:
    """Return résumés enough that a few bad ones beside them are the exception."""
    texts = {f"{name}.txt": f"Built pages, number {name}".encode() for name in ids}
    return texts | {f"{name}.lab": b"Web_Developer\n" for name in ids}


# Names of occupations


@pytest.mark.parametrize("name", OCCUPATIONS)
@pytest.mark.parametrize(
    "spell",
    [str, str.upper, lambda name: name.replace(" ", "_").replace("-", "_"), " {} \r".format],
)
def test_occupations_are_known_however_they_are_spelled(name, spell):
    assert OCCUPATIONS[find(spell(name))] == name


@thorough
@given(st.text(max_size=30))
def test_other_names_are_no_occupation(name):
    known = {fold(occupation) for occupation in OCCUPATIONS}
    assert (find(name) is not None) == (fold(name) in known)


# Text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ('Wrote <span class="hl">Java</span>Script', "Wrote JavaScript"),
        ("one<br/>two<p>three</p>", "one two three"),
        ("R&amp;D &lt;b&gt;lead&lt;/b&gt;", "R&D lead"),
        ("a&nbsp;&nbsp;b", "a b"),
        ("<!-- <b>note</b> -->kept", "kept"),
        (f"<!-- {'a ' * 900} -->kept", "kept"),
        ("&amp;lt;p&amp;gt;escaped twice", "escaped twice"),
        ("under 5 < 6 years, C > B", "under 5 < 6 years, C > B"),
        ("vector<int> and map<string, foo>", "vector<int> and map<string, foo>"),
        ("List<Object>, Array<object>, x<T>", "List<Object>, Array<object>, x<T>"),
        ("if a<b and c>d", "if a<b and c>d"),
        ("if a<b>c", "if a<b>c"),
        (
            "<jane@x.org> <https://x.org/a> <mailto:jane@x.org>",
            "<jane@x.org> <https://x.org/a> <mailto:jane@x.org>",
        ),
        (
            "&lt;iostream&gt; &lt;stdio.h&gt; std::vector<std::string>",
            "<iostream> <stdio.h> std::vector<std::string>",
        ),
        ("<TABLE BORDER=0 nowrap><tr><td align='left'>x</TD></table>", "x"),
        ("<b>bold</b> and a<b>c", "bold and ac"),  # which of two is a tag, nobody can tell
        ("<o:p>Word</o:p><hr />", "Word"),
        ("  two\t\tspaces \r\n\r\n\x00 next\x1c line ", "two spaces\nnext line"),
        ("\ufeffmark\u200b", "mark"),
    ],
)
def test_markup_goes_and_text_stays(raw, expected):
    assert plain(raw) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("café".encode(), ("café", True)),
        (b"\xef\xbb\xbfcaf\xc3\xa9", ("café", True)),
        (b"caf\xe9", ("café", False)),
        (b"\x93quoted\x94 \x95 item", ("“quoted” • item", False)),
        (b"odd \x81 byte", ("odd \x81 byte", False)),
        ("café".encode("utf-16"), None),
        (b"PK\x03\x04\0\0", None),
    ],
)
def test_encodings(data, expected):
    assert decode(data) == expected


# Folders


@pytest.mark.parametrize(
    ("files", "skipped"),
    [
        ({"x.txt": b"text"}, {parse.NO_LABEL_FILE: 1}),
        ({"x.lab": b"Web_Developer"}, {parse.NO_TEXT_FILE: 1}),
        ({"x.txt": b"text", "x.lab": b""}, {parse.EMPTY_LABELS: 1}),
        ({"x.txt": b"text", "x.lab": b" \n\r\n"}, {parse.EMPTY_LABELS: 1}),
        ({"x.txt": b"text", "x.lab": b"Astronaut\n"}, {parse.UNKNOWN_LABELS: 1}),
        ({"x.txt": b" <br> ", "x.lab": b"Web_Developer"}, {parse.EMPTY_TEXT: 1}),
        ({"x.txt": "text".encode("utf-16"), "x.lab": b"Web_Developer"}, {parse.NOT_TEXT: 1}),
        ({"x.txt": b"text", "x.lab": b"Web\0Developer"}, {parse.NOT_TEXT: 1}),
        ({"sub/1.txt": b"again", "sub/1.lab": b"Web_Developer"}, {SAME_ID: 1}),
        ({"notes.pdf": b"%PDF", ".hidden.txt": b"", "__MACOSX/1.txt": b"", "3.TXT.bak": b""}, {}),
    ],
)  # fmt: skip
def test_what_a_folder_lacks_is_counted(tmp_path, files, skipped):
    corpus = load(Folder(write(tmp_path, good("1", "2") | files)))
    assert corpus.report.skipped == skipped
    assert corpus.report.kept == 2
    assert corpus.report.found == 2 + sum(skipped.values())
    for reason in skipped:
        assert f"{reason} (for instance" in str(corpus.report)


def test_what_can_be_mended_is_kept_and_counted(tmp_path):
    files = {
        "latin.txt": b"caf\xe9",
        "latin.lab": b"Web_Developer",
        "html.txt": b"<p>pages</p>",
        "html.lab": b"web developer\r\nPython-Developer\nWEB_DEVELOPER",
        "part.txt": b"scripts",
        "part.lab": b"Python_Developer\nAstronaut",
        "CASE.TXT": b"capitals",
        "CASE.LAB": b"Python_Developer",
    }
    resumes, report = Folder(write(tmp_path, files)).read()
    assert {resume.id: (resume.text, resume.labels) for resume in resumes} == {
        "latin": ("café", (WEB,)),
        "html": ("pages", (WEB, PYTHON)),
        "part": ("scripts", (PYTHON,)),
        "CASE": ("capitals", (PYTHON,)),
    }
    assert report.notes == {parse.NOTE_ENCODING: 1, parse.NOTE_MARKUP: 1, parse.NOTE_LABEL: 1}
    assert report.examples[parse.NOTE_ENCODING] == ("latin",)
    assert report.skipped == {}


def test_a_link_that_leads_nowhere_is_counted(tmp_path):
    folder = write(tmp_path, good("1") | {"2.lab": b"Web_Developer"})
    (folder / "2.txt").symlink_to(folder / "gone")
    assert load(Folder(folder)).report.skipped == {parse.UNREADABLE: 1}


def test_repeated_texts_are_kept_and_counted(tmp_path):
    files = good("1", "2")
    files["2.txt"] = files["1.txt"]
    report = load(Folder(write(tmp_path, files))).report
    assert (report.kept, report.repeats) == (2, 1)


def test_a_file_of_lines_with_its_table_of_titles(tmp_path):
    lines = [
        b"1:::Sr. Web  Guru;web_developer;:::Built pages",
        b"2:::snake charmer;:::Wrote scripts <b>daily</b>\r",
        b"",
        b"   ",
        b"no fields here",
        b":::::::",
        b"::::::",
        b"3:::astronaut:::Flew",
        b"4:::;;:::Flew",
        b"5:::web developer:::",
        b"1:::web developer:::Somebody else",
        b"6:::web developer:::pages\0",
        b"7:::web developer;astronaut:::caf\xe9 pages ::: and more",
    ]
    table = b"sr. web guru:Web_Developer\nsnake charmer:Python_Developer,Astronaut\nno colon\n"
    files = {"resume_samples.txt": b"\n".join(lines), "normlized_classes.txt": table}
    resumes, report = Folder(write(tmp_path, files)).read()
    assert [(resume.id, resume.text, resume.labels) for resume in resumes] == [
        ("1", "Built pages", (WEB,)),
        ("2", "Wrote scripts daily", (PYTHON,)),
        ("7", "café pages ::: and more", (WEB,)),
    ]
    assert report.skipped == {
        parse.NOT_THREE_FIELDS: 3,
        parse.UNKNOWN_LABELS: 1,
        parse.EMPTY_LABELS: 1,
        parse.EMPTY_TEXT: 1,
        SAME_ID: 1,
        parse.NOT_TEXT: 1,
    }
    assert report.examples[parse.NOT_THREE_FIELDS] == ("line 5", "line 6", "line 7")
    assert report.notes == {parse.NOTE_MARKUP: 1, parse.NOTE_ENCODING: 1, parse.NOTE_LABEL: 1}


@pytest.mark.parametrize("data", [b"", b"no colon", b"title:Astronaut\n", b"\0:Web_Developer"])
def test_a_table_that_says_nothing_is_refused(data):
    with pytest.raises(ValueError, match="title:Occupation"):
        titles(data)


def test_a_title_may_hold_colons_and_letters_beyond_ascii():
    table = titles("lead: réseau :Network_Administrator\r\n".encode("latin-1"))
    assert table == {"lead: réseau": (OCCUPATIONS.index("Network Administrator"),)}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "0 found"),
        ({"1.txt": b"text"}, "no label file beside it .for instance 1.txt"),
        (good("1") | {f"{n}.txt": b"text" for n in range(2, 5)}, "4 found, 1 kept"),
        ({"resume_samples.txt": b"a,b\nc,d"}, "2 × the line does not split"),
    ],
)
def test_a_folder_in_another_form_is_refused(tmp_path, files, message):
    with pytest.raises(ValueError, match=message):
        load(Folder(write(tmp_path, files)))


def test_half_of_a_corpus_may_be_left_out(tmp_path):
    files = good("1", "2") | {"3.txt": b"text", "4.txt": b"text"}
    report = load(Folder(write(tmp_path, files))).report
    assert (report.kept, report.found) == (2, 4)


def test_a_line_whose_id_is_only_markup_is_named_by_its_number():
    [item] = parse.lines([b"<br>:::web developer:::Built pages"], meaning())
    assert item.resume.id == "line 1"


@pytest.mark.parametrize("source", ["résumés", None, 3])
def test_what_is_no_source_is_refused(source):
    with pytest.raises(ValueError, match="must be a Synthetic, a Folder, a Published or a Debian"):
        load(source)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"path is '.*gone': it must be a folder"):
        load(Folder(tmp_path / "gone"))


# Archives


def archive(path: Path, entries: dict, **how) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **how) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return path


def refused(path: Path, message: str, **limits) -> None:
    with pytest.raises(ArchiveError, match=message), open_archive(path, **limits) as opened:
        for name in opened.names:
            opened.content(name)


def test_an_archive_gives_its_files(tmp_path):
    path = archive(tmp_path / "a.zip", {"in/": b"", "in/1.txt": b"one\ntwo", "in/1.lab": b"three"})
    with open_archive(path) as opened:
        assert opened.names == ("in/1.txt", "in/1.lab")
        assert opened.content("in/1.lab") == b"three"
        assert list(opened.lines("in/1.txt")) == [b"one\n", b"two"]


@pytest.mark.parametrize(
    "name", ["../up.txt", "/etc/x.txt", "a/../../up.txt", "..\\up.txt", "C:\\x.txt", "C:x.txt"]
)
def test_a_path_that_climbs_out_is_refused(tmp_path, name):
    path = archive(tmp_path / "a.zip", good("1") | {name: b"text"})
    refused(path, "leads out of the archive")
    assert sorted(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(tmp_path, kind):
    link = zipfile.ZipInfo("1.txt")
    link.create_system = 3
    link.external_attr = (kind | 0o777) << 16
    refused(archive(tmp_path / "a.zip", {link: b"/etc/passwd"}), "is a link or another special")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = archive(tmp_path / "a.zip", {"1.txt": bytes(3 << 20)})
    assert path.stat().st_size < 5_000
    refused(path, r"'1.txt' shrank [\d,]+ times")
    path = archive(tmp_path / "b.zip", {"1.txt": os.urandom(10_000) + bytes(2 << 20)})
    refused(path, r"'1.txt' shrank 1\d\d times")


def test_many_small_files_and_many_bytes_are_refused(tmp_path):
    path = archive(tmp_path / "a.zip", {f"{n}.txt": bytes(1000) for n in range(20)})
    refused(path, "holds 20 files: at most 19", max_entries=19)
    refused(path, "unpacks to 20,000 bytes: at most 19,999", max_total=19_999)
    with open_archive(path, max_entries=20, max_total=20_000) as opened:
        assert len(opened.names) == 20


@pytest.mark.parametrize(("random", "zeros"), [(30_000, 2 << 20), (0, 1 << 20)])
def test_what_shrinks_less_than_a_hundred_times_or_is_small_is_no_bomb(tmp_path, random, zeros):
    path = archive(tmp_path / "a.zip", {"1.txt": os.urandom(random) + bytes(zeros)})
    with open_archive(path) as opened:
        assert len(opened.content("1.txt")) == random + zeros


def test_a_file_larger_than_it_claims_is_damaged(tmp_path):
    path = archive(tmp_path / "a.zip", {"1.txt": bytes(500_000)})
    data = bytearray(path.read_bytes())
    size = struct.pack("<I", 500_000)
    assert data.count(size) == 2
    path.write_bytes(data.replace(size, struct.pack("<I", 10)))
    refused(path, "1.txt is damaged")


def test_an_encrypted_file_is_refused(tmp_path):
    path = archive(tmp_path / "a.zip", {"1.txt": b"text"})
    data = bytearray(path.read_bytes())
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    path.write_bytes(data)
    refused(path, "is encrypted")


def test_an_unusual_compression_is_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as made:
        made.writestr("1.txt", b"text")
    refused(path, "compressed in a way")


def test_two_files_of_one_name_are_refused(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("1.txt", b"one")
        with pytest.warns(UserWarning, match="Duplicate name"):
            made.writestr("1.txt", b"two")
    refused(path, "two files called '1.txt'")


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9, 0.999])
def test_a_truncated_archive_is_refused(tmp_path, keep):
    path = archive(tmp_path / "a.zip", {f"{n}.txt": os.urandom(500) for n in range(20)})
    data = path.read_bytes()
    path.write_bytes(data[: int(keep * len(data))])
    refused(path, "no complete zip archive.*fetch it again")


def test_altered_content_is_refused(tmp_path):
    path = archive(tmp_path / "a.zip", {"1.txt": b"some text " * 50})
    data = bytearray(path.read_bytes())
    data[45] ^= 0xFF
    path.write_bytes(data)
    refused(path, "1.txt is damaged .*fetch it again")


SMALL = io.BytesIO()
with zipfile.ZipFile(SMALL, "w", zipfile.ZIP_DEFLATED) as _made:
    for _name, _content in good("1", "2").items():
        _made.writestr(_name, _content)


@thorough
@given(
    st.lists(
        st.tuples(st.integers(0, len(SMALL.getvalue()) - 1), st.integers(0, 255)),
        min_size=1,
        max_size=6,
    )
)
def test_fuzzed_archives_are_read_or_refused(tmp_path_factory, changes):
    data = bytearray(SMALL.getvalue())
    for place, value in changes:
        data[place] = value
    path = tmp_path_factory.getbasetemp() / "fuzzed.zip"
    path.write_bytes(data)
    try:
        with open_archive(path) as opened:
            for name in opened.names:
                assert ".." not in PurePosixPath(name).parts
                opened.content(name)
    except ArchiveError as error:
        assert str(path) in str(error)


# Both parsers, on anything

PIECES = st.sampled_from(
    [b":::", b";", b":", b"\n", b"\r", b"\0", b"\xe9", b"\xc3\xa9", b"<b>", b"</", b"&lt;b&gt;",
     b"Web_Developer", b"python developer", b"guru", b" ", b"1", b"\xef\xbb\xbf", b"\x85"]
)  # fmt: skip
BYTES = st.one_of(st.binary(max_size=40), st.lists(PIECES, max_size=25).map(b"".join))


def check(items: list) -> None:
    resumes, report = collect(items)
    assert report.found == len(items)
    assert report.kept == len(resumes) == len({resume.id for resume in resumes})
    for resume in resumes:
        assert resume.text.strip() == resume.text != ""
        assert "\0" not in resume.text and "\r" not in resume.text
        assert resume.labels and list(resume.labels) == sorted(set(resume.labels))
        assert set(resume.labels) <= set(range(len(OCCUPATIONS)))
    str(report)


@thorough
@given(BYTES)
def test_lines_parses_anything(data):
    split = data.split(b"\n")
    items = list(parse.lines(split, meaning({"guru": (3,)})))
    assert all(isinstance(item, Read | Skipped) for item in items)
    assert len(items) == sum(bool(line.strip()) for line in split)
    check(items)


@thorough
@given(
    st.dictionaries(
        st.sampled_from(["1.txt", "1.lab", "2.txt", "2.lab", "in/1.txt", "in/1.lab", "x.md"]),
        st.one_of(BYTES, st.just(b"Web_Developer\nastronaut")),
    )
)
def test_pairs_parses_anything(files):
    items = list(parse.pairs(files, files.__getitem__, meaning()))
    stems = {name[:-4] for name in files if not name.endswith(".md")}
    assert len(items) == len(stems)
    check(items)


@thorough
@given(BYTES)
def test_titles_parses_anything(data):
    try:
        table = titles(data)
    except ValueError as error:
        assert "title:Occupation" in str(error)
    else:
        assert all(labels for labels in table.values())


def test_three_of_each_kind_of_problem_are_named_and_all_are_counted():
    _, report = collect(Skipped(f"file {number}", "empty") for number in range(5))
    assert report.examples["empty"] == ("file 0", "file 1", "file 2")
    assert report.skipped["empty"] == 5
