"""Reading paths name chapters that exist, and say how long they take."""

from pathlib import Path

import pytest
import yaml

from bookbuild.ledgers import paths
from bookbuild.ledgers.paths import ReadingPath
from bookbuild.site.extension.paths import duration, lines
from support.books import THIS_BOOK, chapter, execute, make_book
from support.tiny_book import ROOT, build

pytestmark = pytest.mark.slow

READER = "You want the theorems."
LISTED = {"for": READER, "chapters": ["two", "one"]}


def listing(folder, **listed):
    """Return the paths of a book with two chapters."""
    book = make_book(folder, one=chapter("# One\n"), two=chapter("# Two\n"))
    paths.path(book).write_text(yaml.safe_dump(listed), encoding="utf-8")
    return paths.read(book)


def test_a_path_keeps_its_own_order(tmp_path):
    assert listing(tmp_path, theory=LISTED) == {"theory": ReadingPath(READER, ("two", "one"))}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (LISTED | {"chapters": ["one", "three"]}, "there is no chapter 'three'; .* has: one, two"),
        (LISTED | {"chapters": ["one", "one"]}, "it names chapter 'one' twice"),
        (LISTED | {"chapters": []}, "it needs 'for' and 'chapters'"),
        ({"chapters": ["one"]}, "it needs 'for' and 'chapters'"),
        (["one"], "it needs 'for' and 'chapters'"),
    ],
)
def test_refuses_a_path_that_leads_nowhere(tmp_path, entry, message):
    with pytest.raises(ValueError, match=f"reading path 'theory' in book/paths.yml: {message}"):
        listing(tmp_path, theory=entry)


def test_the_paths_of_this_book_can_be_read():
    assert {"theory", "practice", "policy"} <= paths.read(THIS_BOOK).keys()


def test_every_path_of_this_book_is_shown_to_newcomers():
    page = (ROOT / "book" / "how-to-use.md").read_text(encoding="utf-8")
    for name in paths.read(THIS_BOOK):
        assert f"```{{reading-path}} {name}\n```" in page


def test_minutes_are_those_of_the_chapters_and_add_up(tmp_path):
    book = make_book(tmp_path, one=chapter("# One\n", "word " * 1300), two=chapter("# Two\n"))
    execute(book, "one", {})
    execute(book, "two", {})
    said = lines(book, ReadingPath(READER, ("two", "one")))
    assert said[0] == READER
    assert said[2:] == [
        "- {doc}`/notebooks/two`, 5 min",
        "- {doc}`/notebooks/one`, 15 min",
        "",
        "In all: 20 min.",
    ]


@pytest.mark.parametrize(
    ("minutes", "said"), [(0, "0 min"), (40, "40 min"), (120, "2 h"), (185, "3 h 5 min")]
)
def test_a_duration_reads_as_a_person_says_it(minutes, said):
    assert duration(minutes) == said


def shown(folder: Path, listed: dict):
    """Build a book of one chapter with a page that shows a path; return what was built."""
    (folder / "book").mkdir()
    (folder / "book" / "paths.yml").write_text(yaml.safe_dump(listed), encoding="utf-8")
    return build(folder, index="# Title\n\n```{reading-path} short\n```\n")


def test_a_path_links_its_chapters_and_adds_their_minutes(tmp_path):
    built = shown(tmp_path, {"short": {"for": READER, "chapters": ["one"]}})
    assert built.code == 0, built.messages
    [listed] = built.page("index").select("div.reading-path")
    [step] = listed.select("ul > li")
    assert step.a["href"] == "notebooks/one.html"
    assert step.get_text(strip=True) == "One, 5 min"
    assert READER in listed.get_text()
    assert "In all: 5 min." in listed.get_text()


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ({"short": {"for": READER, "chapters": ["two"]}}, "there is no chapter 'two'"),
        ({"long": {"for": READER, "chapters": ["one"]}}, "there is no reading path 'short'"),
    ],
)
def test_a_path_that_leads_nowhere_fails_the_build(tmp_path, listed, message):
    built = shown(tmp_path, listed)
    assert built.code != 0
    assert message in built.messages
