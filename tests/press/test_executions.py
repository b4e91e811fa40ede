"""The record of executions keeps one entry for each chapter of the book."""

import dataclasses

from bookbuild.chapters import executions
from bookbuild.chapters.executions import Execution
from support.books import chapter, make_book, set_pages

FIRST = Execution(
    notebook="ab", date="2026-01-01", seconds=1.5, peak_megabytes=100, device="CPU",
    python="3.11.7", numpy="2.4.6", torch="2.13.0",
)  # fmt: skip


def test_no_file_means_no_record(tmp_path):
    assert executions.read(make_book(tmp_path)) == {}


def test_a_new_record_replaces_one_chapter_only(tmp_path):
    book = make_book(tmp_path, one=chapter("# One\n"), two=chapter("# Two\n"))
    executions.record(book, "one", FIRST)
    executions.record(book, "two", FIRST)
    second = dataclasses.replace(FIRST, seconds=2.5)
    executions.record(book, "one", second)
    assert executions.read(book) == {"one": second, "two": FIRST}


def test_a_dropped_chapter_has_no_record(tmp_path):
    book = make_book(tmp_path, one=chapter("# One\n"), two=chapter("# Two\n"))
    executions.record(book, "one", FIRST)
    executions.record(book, "two", FIRST)
    set_pages(book, ["notebooks/two"])
    assert executions.read(book) == {"two": FIRST}


def test_the_longest_are_named_first_and_what_never_ran_before_them(tmp_path):
    short, long, new = (chapter(f"# {title}\n") for title in ("Short", "Long", "New"))
    book = make_book(tmp_path, short=short, long=long, new=new)
    executions.record(book, "short", FIRST)
    executions.record(book, "long", dataclasses.replace(FIRST, seconds=90.0))
    names = ["short", "long", "new"]
    assert executions.longest_first(book, names) == ["new", "long", "short"]
    assert executions.longest_first(book, names[:2]) == ["long", "short"]
