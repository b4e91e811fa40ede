"""The authors' linter finds what a chapter lacks, and nothing in a good one."""

import sys

import nbformat
import pytest
from nbformat.v4 import new_output

from bookbuild import cli
from bookbuild.chapters import rules
from bookbuild.chapters.glued import RECORD
from bookbuild.chapters.renderer import VEGALITE
from bookbuild.chapters.source import read_chapter
from support.books import chapter, code, execute, make_book

OBJECTIVES = """```{admonition} After this chapter you can
:class: objectives

- **compute** a threshold
- **prove** a bound
- **say** where it is tight
```
"""
SOLVED = """```{exercise}
:label: ex-NAME

(*GRADE.*) ★ Do it.
```

```{solution-start} ex-NAME
:label: sol-NAME
:class: dropdown
```

It is done.

BODY
```{solution-end}
```
"""


def exercise(name, grade, body=""):
    """Return an exercise with its solution."""
    return SOLVED.replace("NAME", name).replace("GRADE", grade).replace("BODY", body)


RECALL = """```{admonition} From memory: WHAT?
:class: recall dropdown

This of WHAT.
```
"""
QUIZ = "```{quiz}\nIs it?\n\n- [x] Yes.\n  > It is.\n- [ ] No.\n  > Look again.\n```\n"
ANSWER = code("x = 1", "answer").replace("]\n", "]\n:wrong: [x = 2]\n")
CHECK = code("assert x == 1, 'Count again.'\nprint('Right.')", "check")
GOOD = chapter(
    "# Good\n",
    OBJECTIVES,
    "```{chapter-card}\n```\n",
    code('from charts import draw\n\nscale = "ci"\nseed = 1', "parameters", "hide-input"),
    code("draw()"),
    *(RECALL.replace("WHAT", what) for what in ("what", "whence", "why")),
    "There are {glue:text}`good-number:.2f` and `x:y`.\n",
    code("glue()", "remove-cell"),
    "## Check yourself\n",
    QUIZ,
    QUIZ,
    "## Exercises\n",
    exercise("one", "Recall"),
    exercise("two", "Prove"),
    exercise("three", "Code", ANSWER + "\n" + CHECK).replace("Do it.\n", "Find `x`.\n"),
    "## What you learned\n\n- Much.\n",
    "## Further reading\n\nA book.\n",
).replace("kernelspec:", "chapter:\n  prerequisites: []\n  level: easy\nkernelspec:")
CHART = {"description": "A line.", "layer": [{"params": [{"name": "p", "bind": "scales"}]}]}
GLUED = ("good-number", "claim-1")


def outputs(chart=CHART, glued=GLUED):
    """Return what the good chapter's cells show."""
    scraps = [
        new_output("display_data", data={RECORD: "1.0"}, metadata={"scrapbook": {"name": name}})
        for name in glued
    ]
    return {"draw()": [new_output("display_data", data={VEGALITE: chart})], "glue()": scraps}


def problems(folder, text, shown):
    """Return which rules a chapter breaks that shows these outputs."""
    book = make_book(folder, good=text)
    execute(book, "good", shown)
    executed = nbformat.read(book.notebooks / "good.ipynb", 4)
    return rules.problems(text, read_chapter(book, "good"), executed)


def test_a_chapter_is_named_with_what_it_breaks(tmp_path, monkeypatch, capsys):
    book = make_book(tmp_path, good=GOOD, bad=GOOD.replace("## Further reading", "## Sources"))
    for name in ("good", "bad"):
        execute(book, name, outputs())
    monkeypatch.setattr(sys, "argv", ["bookbuild", "rules", "--book", str(tmp_path)])
    assert cli.main() == 1
    assert capsys.readouterr().err.splitlines() == [
        "book/chapters/bad.md: it needs one '## Further reading'"
    ]


def test_a_chapter_that_was_not_executed_yet_is_checked_too(tmp_path):
    book = make_book(tmp_path, new=GOOD.replace("seed = 1", ""))
    found = rules.check(book, ["new"])
    assert "book/chapters/new.md: it has no single parameters cell" in "\n".join(found)


def test_a_good_chapter_breaks_no_rule(tmp_path):
    assert problems(tmp_path, GOOD, outputs()) == []


LONG = "y = " + "1" * 75
SPOILED = {
    "  level: easy\n": ("", "its front matter lacks the prerequisites or the level"),
    "seed = 1\n": ("", "it has no single parameters cell that declares scale and seed"),
    'scale = "ci"': ('scale = "paper"', "its default scale is not ci"),
    "```{chapter-card}\n```": ("", "it needs one '```{chapter-card}'"),
    "## What you learned": ("## Summary", "it needs one '## What you learned'"),
    "## Further reading": ("## Sources", "it needs one '## Further reading'"),
    ":class: objectives": (":class: note", "it has 0 boxes of objectives, not one"),
    "- **say** where it is tight\n": ("", "it has fewer than three objectives"),
    "**compute** a": (
        "**understand** a",
        "an objective does not begin with a bold verb that can be measured: "
        "**understand** a threshold",
    ),
    "- **prove** a": (
        "- prove a",
        "an objective does not begin with a bold verb that can be measured: prove a bound",
    ),
    exercise("one", "Recall"): ("", "it has 2 exercises, fewer than three"),
    ":label: ex-two\n": ("", "an exercise has no label: (*Prove.*) ★ Do it."),
    "(*Prove.*) ": (
        "",
        "exercise ex-two has no grade, one of Recall, Compute, Prove, Code, Open",
    ),
    "(*Prove.*)": (
        "(*Think.*)",
        "exercise ex-two has no grade, one of Recall, Compute, Prove, Code, Open",
    ),
    ":label: sol-two\n:class: dropdown": (
        ":label: sol-two",
        "the solution of ex-two is not folded",
    ),
    "assert x == 1, 'Count again.'": (
        "print(x)",
        "the code in the solution of ex-three asserts nothing",
    ),
    "'Count again.'\n": (
        "''\nassert x\n",
        "exercise ex-three has an assertion without a message in its check",
    ),
    "[answer]": ("[]", "exercise ex-three has not one answer and one check"),
    ANSWER + "\n" + CHECK: (
        CHECK + "\n" + ANSWER,
        "exercise ex-three checks before it answers",
    ),
    ":wrong: [x = 2]\n": ("", "exercise ex-three has no wrong answer for x"),
    "- Much.": ("```\nls\n```", "a block of code names no language after ```"),
    "Find `x`.": ("Find it.", "exercise ex-three does not name `x`, which it asks for"),
    "(*Code.*) ★ Find `x`.\n```": (
        "(*Code.*) ★ Find `x`.\n```\n\n```{code-cell} ipython3\nx = 0\n```",
        "exercise ex-three asks for x, which another cell assigns",
    ),
    "x == 1,": ("y == 1,", "exercise ex-three asks for nothing that its check reads"),
    QUIZ + "\n" + QUIZ: (
        QUIZ,
        "it has no '## Check yourself' of two to four quizzes before its '## Exercises'",
    ),
    "## Exercises": (
        "## To do",
        "it has no '## Check yourself' of two to four quizzes before its '## Exercises'",
    ),
    "{solution-start} ex-two": (
        "{solution-start} ex-tow",
        "its exercises are ['ex-one', 'ex-three', 'ex-two'] and its solutions "
        "['ex-one', 'ex-three', 'ex-tow']",
    ),
    "x = 1\n": (f"{LONG}\nx = 1\n", f"cell 7 has a line of 79 characters, over 78: {LONG}"),
    "glue()": ("glue()  # NBVAL_SKIP", "cell 5 is kept out of the check of outputs"),
    "[remove-cell]": (
        "[remove-cell, nbval-ignore-output]",
        "cell 5 is kept out of the check of outputs",
    ),
    ":wrong: [x = 2]\n\nx": (
        ":wrong:   [x = 2]\n\nx",
        "an editor that opens and saves it writes ':wrong: [x = 2]' where it has "
        "':wrong:   [x = 2]'",
    ),
    "(*Prove.*) ★ ": (
        "(*Prove.*) ",
        "exercise ex-two lacks one to three ★ behind its grade",
    ),
    "(*Recall.*) ★ ": (
        "(*Recall.*) ★★★★ ",
        "exercise ex-one lacks one to three ★ behind its grade",
    ),
    RECALL.replace("WHAT", "why"): (
        "",
        "it has 2 questions to be answered from memory, fewer than 3",
    ),
    "From memory: why?": (
        "Do you know why?",
        "a question does not begin with 'From memory: ' and end with '?': Do you know why?",
    ),
    "why?\n:class: recall dropdown": (
        "why?\n:class: recall",
        "the answer is not folded: From memory: why?",
    ),
    "This of why.": ("", "there is no answer: From memory: why?"),
    "from charts import draw\n": ("", "cell 3 uses draw, which no cell on the page defines"),
    "assert x == 1": (
        "assert x == hidden",
        "cell 8 uses hidden, which no cell on the page defines",
    ),
    "draw()\n": (
        "draw()\n" + "draw\n" * 25,
        "cell 3 is open and has 26 lines, over 25",
    ),
    "A book.": ("A book." + " word" * 6000, "it takes 50 minutes to read, over 45"),
    "`good-number:.2f`": ("`good-numbr:.2f`", "it uses 'good-numbr', which it does not glue"),
}


@pytest.mark.parametrize("part", SPOILED, ids=[message[:40] for _, message in SPOILED.values()])
def test_each_rule_is_noticed(tmp_path, part):
    instead, message = SPOILED[part]
    assert GOOD.count(part) == 1
    assert message in problems(tmp_path, GOOD.replace(part, instead), outputs())


WORN = {
    "It stands Before a Firm.": "says 'Before a Firm': say 'against a firm' or 'facing a firm'",
    "It stands before an optimal firm.": (
        "says 'before an optimal firm': say 'against a firm' or 'facing a firm'"
    ),
    "It is before the word counter.": (
        "says 'before the word counter': say 'against the word counter'"
    ),
    "It stands before a platform.": (
        "says 'before a platform': say 'against a platform' or 'facing a platform'"
    ),
    "There is no single right answer.": (
        "says 'There is no single right answer': say what a good answer weighs"
    ),
    "Before you read on, think.\nNow, before you read on, count.": (
        "it has 'Before you read on' 2 times, and once is enough"
    ),
    "Guess!\n**Guess** again.": "it has a sentence that begins with 'Guess' 2 times, and once",
}


@pytest.mark.parametrize("words", WORN)
def test_a_worn_phrase_is_noticed(tmp_path, words):
    [found] = problems(tmp_path, GOOD.replace("A book.", words), outputs())
    assert WORN[words] in found


def test_phrases_that_only_look_worn_are_not(tmp_path):
    words = "Before the firm trains, guess.\nBefore a firmware update.\nGuess once."
    assert problems(tmp_path, GOOD.replace("A book.", words), outputs()) == []


def test_an_outline_of_slides_is_read_for_worn_phrases_too(tmp_path):
    book = make_book(tmp_path, good=GOOD)
    execute(book, "good", outputs())
    book.slides.mkdir()
    (book.slides / "good.md").write_text("## One\n\nBefore a firm.\n", encoding="utf-8")
    assert rules.check(book, ["good"]) == [
        "book/slides/good.md: line 3 says 'Before a firm': say 'against a firm' or 'facing a firm'"
    ]


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        ("- [x] Yes, on Mondays.\n", "has choices of 3 to 16 letters"),
        ("- [x] The first option.\n", "says 'first option', and choices stand in an order drawn"),
        ("- [x] Both of the above.\n", "says 'Both of the above', and choices stand in an order"),
    ],
)
def test_a_question_whose_choices_tell_is_noticed(tmp_path, choice, message):
    told = GOOD.replace(QUIZ, QUIZ.replace("- [x] Yes.\n", choice), 1)
    assert any(message in found for found in problems(tmp_path, told, outputs()))


def test_what_a_solution_defines_is_known_in_it_alone(tmp_path):
    cells = code("step = 2\nassert step") + "\n" + code("step + 1")
    solved = GOOD.replace(exercise("one", "Recall"), exercise("one", "Recall", cells))
    assert problems(tmp_path / "a", solved, outputs()) == []
    used = solved.replace("## Exercises", code("step") + "\n## Exercises")
    assert problems(tmp_path / "b", used, outputs()) == [
        "cell 7 uses step, which no cell on the page defines"
    ]


def test_a_cell_that_is_folded_or_in_a_solution_may_be_long(tmp_path):
    lines = "\n".join(["scale"] * 30)
    folded = GOOD.replace("seed = 1\n", f"seed = 1\n{lines}\n").replace(
        "x = 1\n", f"{lines}\nx = 1\n"
    )
    assert problems(tmp_path, folded, outputs()) == []


def test_a_chapter_needs_none_that_comes_after_it(tmp_path):
    needs = GOOD.replace("prerequisites: []", "prerequisites: [Later, counting]")
    later = GOOD.replace("# Good", "# Later").replace("[]", "[Good]", 1)
    book = make_book(tmp_path, good=needs, later=later)
    execute(book, "good", outputs())
    execute(book, "later", outputs())
    assert rules.check(book, ["good", "later"]) == [
        "book/chapters/good.md: it needs 'Later', which does not come before it"
    ]


def test_a_hidden_cell_may_be_wide(tmp_path):
    assert problems(tmp_path, GOOD.replace("seed = 1\n", f"seed = 1\n{LONG}\n"), outputs()) == []


UNCHECKED = GOOD.replace(ANSWER + "\n" + CHECK, "")


def test_code_and_computation_check_themselves(tmp_path):
    assert problems(tmp_path, UNCHECKED, outputs()) == [
        "exercise ex-three is graded Code and has no answer and check"
    ]


def test_a_solution_may_be_reserved_for_instructors(tmp_path):
    start = UNCHECKED.index("```{solution-start} ex-three")
    end = UNCHECKED.index("## What you")
    reserved = UNCHECKED[:start] + UNCHECKED[end:]
    named = ":label: ex-three\n"
    assert problems(tmp_path / "a", reserved, outputs()) != []
    reserved = reserved.replace(named, f"{named}:class: instructors\n")
    assert problems(tmp_path / "b", reserved, outputs()) == []


@pytest.mark.parametrize(
    ("shown", "message"),
    [
        (outputs(chart={"description": "A line."}), "none of its charts is interactive"),
        (outputs(chart=CHART | {"description": ""}), "cell 3 shows a chart without a description"),
        ({"draw()": outputs()["draw()"]}, "it uses 'good-number', which it does not glue"),
        (outputs(glued=(*GLUED, "extra")), "it glues 'extra' and does not use it"),
        (outputs(glued=(*GLUED, "good-number")), "it glues 'good-number' twice"),
    ],
)
def test_rules_about_outputs_are_noticed(tmp_path, shown, message):
    assert problems(tmp_path, GOOD, shown) == [message]
