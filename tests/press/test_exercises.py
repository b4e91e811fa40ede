"""An exercise is found with its answer, its check and the names it asks for."""

import pytest

from bookbuild.chapters import exercises
from bookbuild.chapters.source import read_chapter
from support.books import chapter, code, make_book
from support.solved import ANSWER, CHECK, TEXT


@pytest.fixture
def notebook(tmp_path):
    """Return a chapter with an exercise that checks itself and one that does not."""
    return read_chapter(make_book(tmp_path, one=TEXT), "one")


def test_exercises_are_found_in_order(notebook):
    found = exercises.find(notebook)
    assert list(found) == ["ex-a", "ex-b"]
    assert [found[label].checked for label in found] == [True, False]
    assert found["ex-a"].wrong == ["size = 3", "def best(e):\n    return 0\n"]


def test_asked_for_is_what_the_answer_assigns_and_the_check_reads(notebook):
    assert exercises.find(notebook)["ex-a"].asked == ["size", "best"]


def test_the_stub_names_what_is_asked_for_and_tells_nothing(notebook):
    assert exercises.find(notebook)["ex-a"].stub() == (
        "size = ...  # your answer\n\n"
        "def best(e: float, among=()) -> int:\n"
        '    """Return the best."""\n'
        "    raise NotImplementedError  # your answer"
    )


def test_the_stub_of_a_dictionary_has_its_keys(tmp_path):
    answer = code("sorts = {'one': 1, 'it is': 2}", "answer")
    text = TEXT.replace(ANSWER, answer).replace(CHECK, code("assert sorts, 'No.'", "check"))
    exercise = exercises.find(read_chapter(make_book(tmp_path, one=text), "one"))["ex-a"]
    assert exercise.stub() == 'sorts = {  # your answer\n    "one": ...,\n    "it is": ...,\n}'
    assert exercise.checking().startswith("assert ... not in sorts.values(), ")


def test_parts_say_which_solution_they_belong_to_and_lose_nothing(notebook):
    outside = [part.source for solved, part in exercises.parts(notebook) if not solved]
    assert "Between." in outside[0]
    assert outside[-1] == "done()"
    inside = [part.source for solved, part in exercises.parts(notebook) if solved == "ex-a"]
    assert inside[:2] == ["So:", "base = 1"]
    assert not [text for text in (*outside, *inside) if "{solution" in text]


def test_an_exercise_without_a_label_is_named(tmp_path):
    book = make_book(tmp_path, one=chapter("```{exercise}\n(*Open.*) Why is this?\n```\n"))
    with pytest.raises(ValueError, match=r"no label: .*Why is this"):
        exercises.find(read_chapter(book, "one"))


def test_exercises_side_by_side_are_told_apart(tmp_path):
    exercise = "```{exercise}\n:label: ex-N\n\n(*Open.*) Why?\n\nN\n```\n"
    book = make_book(tmp_path, one=chapter(*(exercise.replace("N", k) for k in "abc")))
    assert list(exercises.find(read_chapter(book, "one"))) == ["ex-a", "ex-b", "ex-c"]


@pytest.mark.parametrize(
    ("cell", "assigned", "read"),
    [
        ("a, (b, *c) = d", ["a", "b", "c"], {"d"}),
        ("for k in range(n): total += k", ["k", "total"], {"range", "n"}),
        ("from x import y as z\nimport q.r", ["z", "q"], set()),
        ("def f(u):\n    return u + v\nf(1)", ["f"], {"v"}),
        ("x = [w for w in words if w != stop]", ["x"], {"words", "stop"}),
        ("if (m := g(1)): pass", ["m"], {"g"}),
    ],
)
def test_names(cell, assigned, read):
    assert exercises.names_assigned(cell) == assigned
    assert exercises.names_read(cell) == read
