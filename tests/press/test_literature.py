"""The map of the literature names works that the bibliography has, each once."""

import re

import pytest
import yaml

from bookbuild.ledgers import literature
from bookbuild.site.extension.ledgers import literature_rows
from support.books import THIS_BOOK, make_book

LATER = {
    "key": "b2024x",
    "who": "B",
    "year": 2024,
    "topic": "t",
    "read": "abstract",
    "finding": "F.",
}
EARLIER = LATER | {"key": "a2020x", "year": 2020}
ELSEWHERE = LATER | {"key": "c2010x", "year": 2010, "topic": "u"}


def listed(folder, *entries):
    """Return a book that lists these works."""
    book = make_book(folder)
    (book.source / "literature.yml").write_text(yaml.safe_dump(list(entries)), encoding="utf-8")
    return book


def test_works_stand_by_topic_and_then_by_year(tmp_path):
    book = listed(tmp_path, LATER, ELSEWHERE, EARLIER)
    assert [work.key for work in literature.read(book)] == ["a2020x", "b2024x", "c2010x"]
    assert [row[0] for row in literature_rows(book)] == ["t", "", "u"]
    assert literature_rows(book)[0] == ("t", "{cite:t}`a2020x`", "F.", "abstract")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([LATER, LATER], "'b2024x': listed twice"),
        ([LATER | {"read": "skimmed"}], "read is 'skimmed', must be one of text, abstract, record"),
        ([LATER | {"venue": "v"}], "'b2024x': .*'venue'"),
        ([{"key": "b2024x"}], "'b2024x': .*'who'"),
    ],
)
def test_refuses_a_list_that_cannot_be_right(tmp_path, entries, message):
    with pytest.raises(ValueError, match=message):
        literature.read(listed(tmp_path, *entries))


@pytest.mark.parametrize("work", literature.read(THIS_BOOK), ids=lambda work: work.key)
def test_a_work_is_in_the_bibliography_as_it_says(work):
    text = (THIS_BOOK.source / "references.bib").read_text(encoding="utf-8")
    entry = re.search(rf"^@\w+\{{{work.key},\n(.*?)^\}}", text, re.M | re.S)
    assert entry, f"references.bib has no {work.key}"
    assert re.search(r"^ *year += \{(\d+)\}", entry[1], re.M)[1] == str(work.year)
    first = re.split(r",| et al", work.who)[0].removesuffix("-Dünner")
    assert re.search(rf"^ *author += \{{{first}\b", entry[1], re.M)
    assert work.finding.endswith(".")
