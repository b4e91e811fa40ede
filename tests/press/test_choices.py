"""A quiz is no test if the place or the length of a choice tells the answer."""

from collections import Counter
from functools import reduce

import pytest

from bookbuild.chapters import myst, quiz
from support.books import THIS_BOOK

BODY = """Is it {glue:text}`share:.0%`?

- [ ] Never.
  > Look
  > again.
- [x] Now and then, $\\alpha$.
  > It is.
- [ ] Always.
  > Not at night.
"""
QUESTIONS = [
    quiz.read(name, fence.body)
    for name in THIS_BOOK.chapter_names()
    for fence in myst.fences((THIS_BOOK.chapters / f"{name}.md").read_text("utf-8"), "quiz")
]
# How often a book without a pattern fails: the order is drawn anew with each word that changes,
# and none of its draws shall stop an author; what an author chooses is held closer.
BY_LOT, BY_HAND = 0.001, 0.01


def most(chances: list[float], level: float) -> int:
    """Return the largest count of hits that chance exceeds with at most this probability.

    The hits of independent questions, each with a chance of its own, have a Poisson binomial law.
    """
    law = [1.0]
    for chance in chances:
        law = [
            (1 - chance) * stay + chance * come
            for stay, come in zip([*law, 0.0], [0.0, *law], strict=True)
        ]
    tails = reduce(lambda above, mass: [above[0] + mass, *above], reversed(law), [0.0])
    return next(count for count, tail in enumerate(tails[1:]) if tail <= level)


def test_the_bound_is_that_of_a_guesser():
    assert most([0.5] * 2, 0.3) == 1  # two hits: .25
    assert most([0.5] * 2, 0.2) == 2
    assert most([1.0, 0.0], 0.01) == 1
    assert most([1 / 3] * 102, 0.01) == 45


def right(question: quiz.Question) -> int:
    """Return the place of the right choice."""
    return [choice.right for choice in question.choices].index(True)


def stands_out(question: quiz.Question, extreme) -> bool:
    """Return whether the right choice alone has the extreme length."""
    lengths = [choice.length for choice in question.choices]
    return lengths.count(extreme(lengths)) == 1 and lengths[right(question)] == extreme(lengths)


def test_the_place_of_a_choice_tells_nothing():
    counts = Counter(map(right, QUESTIONS))
    for place in counts:
        chances = [(place < len(q.choices)) / len(q.choices) for q in QUESTIONS]
        assert counts[place] <= most(chances, BY_LOT), f"place {place + 1}"


@pytest.mark.parametrize("extreme", [max, min])
def test_the_length_of_a_choice_tells_nothing(extreme):
    found = sum(stands_out(question, extreme) for question in QUESTIONS)
    allowed = most([1 / len(question.choices) for question in QUESTIONS], BY_HAND)
    assert found <= allowed, f"{found} of {len(QUESTIONS)} right answers stand out"


def test_what_is_said_of_a_choice_travels_with_it():
    told = {
        choice.words: (choice.right, choice.feedback) for choice in quiz.read("one", BODY).choices
    }
    assert told == {
        "Never.": (False, "Look\nagain."),
        "Now and then, $\\alpha$.": (True, "It is."),
        "Always.": (False, "Not at night."),
    }


def test_the_order_is_always_the_same_and_no_question_shares_it():
    first = [choice.words for choice in quiz.read("one", BODY).choices]
    assert first == ["Now and then, $\\alpha$.", "Never.", "Always."]
    assert first == [choice.words for choice in quiz.read("one", f"\n{BODY}").choices]
    orders = {
        tuple(quiz.shuffled(f"{chapter}", question, ["a", "b", "c"]))
        for chapter in ("one", "two", "three", "four", "five")
        for question in ("Why?", "How?", "When?", "Where?")
    }
    assert len(orders) == 6


@pytest.mark.parametrize(
    ("words", "length"),
    [("Yes.", 4), ("$\\alpha_1$ is *so*", 8), ("at {glue:text}`a-b:.2f` of it", 13), ("`f(x)`", 4)],
)
def test_a_length_is_what_a_reader_sees(words, length):
    assert quiz.Choice(words, True, "").length == length
