"""The ledger joins what the paper says with what chapters found, and refuses anything else."""

import pytest
import yaml
from nbformat.v4 import new_output

from bookbuild.chapters.glued import RECORD
from bookbuild.ledgers import claims
from bookbuild.ledgers.claims import Claim
from support.books import THIS_BOOK, chapter, code, execute, make_book

TEXT = chapter("# A chapter\n", code("glue()"))
AGREES = {"number": "0 of 2,000", "verdict": "agrees"}


def entry(key, **more):
    """Return a claim as ``claims.yml`` lists it."""
    return {"id": key, "source": f"Theorem {key}", "says": "That.", "standing": "stated"} | more


def ledger(folder, listed, **answers):
    """Return the ledger of a book whose chapters answer ``{claim: answer}`` each."""
    book = make_book(folder, **dict.fromkeys(answers, TEXT))
    (book.source / "claims.yml").write_text(yaml.safe_dump(listed), encoding="utf-8")
    for name, given in answers.items():
        glued = [
            new_output(
                "display_data",
                data={RECORD: repr(answer)},
                metadata={"scrapbook": {"name": key, "mime_prefix": RECORD}},
            )
            for key, answer in given.items()
        ]
        execute(book, name, {"glue()": glued})
    return claims.read(book)


def test_an_answer_is_joined_and_the_rest_stays_not_yet(tmp_path):
    listed = [entry("1", differs="Smaller data."), entry("2")]
    answered, pending = ledger(tmp_path, listed, one={"claim-1": AGREES, "one-size": 3})
    assert answered == Claim(**listed[0], chapter="one", number="0 of 2,000", verdict="agrees")
    assert pending == Claim(**listed[1])
    assert (pending.chapter, pending.number, pending.verdict) == ("", "", "not yet")


def test_a_chapter_may_say_what_differs(tmp_path):
    answer = AGREES | {"differs": "Smaller data."}
    [claim] = ledger(tmp_path, [entry("1")], one={"claim-1": answer})
    assert claim.differs == "Smaller data."


def test_refuses_a_claim_that_is_not_listed(tmp_path):
    with pytest.raises(ValueError, match=r"chapter one answers claim '3', not in book/claims\.yml"):
        ledger(tmp_path, [entry("1")], one={"claim-3": AGREES})


def test_refuses_two_answers(tmp_path):
    with pytest.raises(ValueError, match="chapters one and two both answer claim '1'"):
        ledger(tmp_path, [entry("1")], one={"claim-1": AGREES}, two={"claim-1": AGREES})


@pytest.mark.parametrize(
    "answer",
    [
        {"number": "3"},
        {"verdict": "agrees"},
        {"number": "3", "verdict": "not yet"},
        {"number": "3", "verdict": "perhaps"},
        {"number": "3", "verdict": "agrees", "says": "This."},
    ],
)
def test_refuses_an_incomplete_answer(tmp_path, answer):
    with pytest.raises(ValueError, match=r"one answers claim '1' with .*agrees, partly, not"):
        ledger(tmp_path, [entry("1")], one={"claim-1": answer})


@pytest.mark.parametrize("answer", [{"verdict": "agrees"}, {"number": "3"}, {"chapter": "one"}])
def test_only_a_chapter_can_answer(tmp_path, answer):
    [key] = answer
    with pytest.raises(ValueError, match=rf"gives claim '1' its {key}; only a chapter can"):
        ledger(tmp_path, [entry("1", **answer)])


def test_refuses_a_claim_listed_twice(tmp_path):
    with pytest.raises(ValueError, match="lists claim '1' twice"):
        ledger(tmp_path, [entry("1"), entry("1")])


def test_the_ledger_of_this_book_can_be_read():
    found = claims.read(THIS_BOOK)
    assert {"theorem-1", "uniqueness"} <= {claim.id for claim in found}
    assert all(bool(claim.chapter) == (claim.verdict != "not yet") for claim in found)
