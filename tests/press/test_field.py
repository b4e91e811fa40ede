"""The maps of the field are whole: who cites the paper, who met in 2025, what people did."""

import re
from collections import Counter

import pytest
import yaml

from bookbuild.ledgers import cases, citing, literature, workshop
from bookbuild.site.extension.ledgers import cases_rows, citing_rows, workshop_rows
from support.books import THIS_BOOK, make_book

WORK = {
    "key": "b2024x",
    "who": "B",
    "year": 2024,
    "topic": "t",
    "read": "abstract",
    "finding": "F.",
}
CITES = {"title": "T", "who": "B", "year": 2024, "key": "b2024x"}
EXCUSED = {"title": "U", "who": "C", "year": 2023, "reason": "Of cats."}
SPOKE = {"title": "T", "who": "B", "talk": True, "key": "b2024x"}
CASE = {
    "name": "N",
    "when": "2020",
    "who": "they",
    "mechanism": "feed",
    "did": "D.",
    "effect": "Not known.",
    "known": "press",
    "sources": ["[S](https://example.org/s)"],
}


@pytest.fixture
def listed(tmp_path):
    """Return what makes a book with the one work of the map and another list."""

    def make(name, *values):
        book = make_book(tmp_path)
        for file, listing in (("literature.yml", [WORK]), (name, list(values))):
            (book.source / file).write_text(yaml.safe_dump(listing), encoding="utf-8")
        return book

    return make


def without(values, name):
    """Return the entry without one of its values."""
    return {key: value for key, value in values.items() if key != name}


def test_a_work_that_cites_the_paper_shows_its_entry_or_the_reason(listed):
    rows = citing_rows(listed("citing.yml", CITES, EXCUSED))
    assert [row[-2:] for row in rows] == [("{cite:t}`b2024x`", "abstract"), ("Of cats.", "–")]


def test_a_contribution_says_whether_it_was_a_talk_and_how_far_we_read(listed):
    rows = workshop_rows(listed("workshop.yml", SPOKE, {"title": "V", "who": "C"}))
    assert rows == [("T (talk)", "B", "{cite:t}`b2024x`", "abstract"), ("V", "C", "–", "title")]


def test_cases_stand_by_mechanism_which_is_named_once(listed):
    known = CASE | {"name": "K", "mechanism": "know"}
    rows = cases_rows(listed("cases.yml", CASE, CASE | {"name": "M"}, known))
    assert [row[:2] for row in rows] == [
        ("*know*", "**K**, 2020; they"),
        ("*feed*", "**N**, 2020; they"),
        ("", "**M**, 2020; they"),
    ]
    assert rows[0][2:] == ("D.", "Not known.", "press", "[S](https://example.org/s)")


@pytest.mark.parametrize(
    ("ledger", "name", "values", "message"),
    [
        (citing, "citing.yml", [CITES, CITES], "'T': listed twice"),
        (citing, "citing.yml", [CITES | {"reason": "R"}], "'T': it needs a key on the map or a"),
        (citing, "citing.yml", [without(CITES, "key")], "'T': it needs a key on the map or a"),
        (citing, "citing.yml", [CITES | {"key": "z"}], "'T': z is not on the map"),
        (workshop, "workshop.yml", [SPOKE | {"key": "z"}], "'T': z is not on the map"),
        (workshop, "workshop.yml", [SPOKE | {"who": ""}], "'T': who is empty"),
        (cases, "cases.yml", [CASE | {"mechanism": "pray"}], "mechanism is 'pray', must be one of"),
        (cases, "cases.yml", [CASE | {"known": "rumour"}], "known is 'rumour', must be one of"),
        (cases, "cases.yml", [CASE | {"sources": []}], "'N': sources is empty"),
        (cases, "cases.yml", [CASE | {"sources": ["a book"]}], "must be a Markdown link"),
        (cases, "cases.yml", [without(CASE, "effect")], "'N': .*'effect'"),
    ],
)
def test_refuses_a_list_that_cannot_be_right(listed, ledger, name, values, message):
    with pytest.raises(ValueError, match=message):
        ledger.read(listed(name, *values))


def test_the_citation_page_names_twenty_one_works_and_none_is_left_out():
    works = citing.read(THIS_BOOK)
    assert len(works) == 21
    assert {work.title for work in works if work.reason} == {
        "Identifying, Mitigating, and Anticipating Bias in Algorithmic Decisions",
        "A Framework for Exploring the Consequences of AI-Mediated Enterprise Knowledge Access "
        "and Identifying Risks to Workers",
        "Insights From Insurance for Fair Machine Learning",
        "Requisite Social Influence in Self-Regulated Systems",
    }


def title(key):
    """Return the title that the bibliography gives, in small letters without marks."""
    text = (THIS_BOOK.source / "references.bib").read_text(encoding="utf-8")
    entry = re.search(rf"^@\w+\{{{key},\n.*?^ *title += \{{(.*?)\}},$", text, re.M | re.S)
    return plain(entry[1])


def plain(text):
    """Return the words of a title."""
    return re.findall(r"\w+", text.replace("{", "").replace("}", "").casefold())


@pytest.mark.parametrize(
    "work", [work for work in citing.read(THIS_BOOK) if work.key], ids=lambda work: work.key
)
def test_an_entry_is_the_work_that_cites(work):
    assert title(work.key) == plain(work.title)


def test_the_workshop_accepted_forty_three_of_which_five_were_talks():
    contributions = workshop.read(THIS_BOOK)
    assert len(contributions) == 43
    assert sum(contribution.talk for contribution in contributions) == 5
    renamed = {
        contribution.key
        for contribution in contributions
        if contribution.key and title(contribution.key) != plain(contribution.title)
    }
    assert renamed == {"kyi2026clicks", "buckner2026challenges", "fedorova2025altruism"}


def test_there_are_thirty_seven_cases_of_every_mechanism():
    listed = cases.read(THIS_BOOK)
    assert len(listed) == 37
    assert set(Counter(case.mechanism for case in listed)) == set(cases.MECHANISMS)
    assert all(case.effect.endswith(".") and case.did.endswith(".") for case in listed)


def test_the_page_says_how_many_there_are():
    page = (THIS_BOOK.source / "field.md").read_text(encoding="utf-8")
    assert f"The cases below are {len(cases.read(THIS_BOOK))}." in page
    assert f"accepted {len(workshop.read(THIS_BOOK))} contributions" in page


def test_every_way_of_reading_is_explained_on_the_page():
    page = (THIS_BOOK.source / "field.md").read_text(encoding="utf-8").casefold()
    for word in (*literature.READ, *cases.MECHANISMS, *cases.KNOWN, "title"):
        assert f"*{word}*" in page, word
