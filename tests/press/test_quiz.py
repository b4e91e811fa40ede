"""A quiz folds on a page, is a list on paper, and says what it lacks."""

import subprocess
import sys
from pathlib import Path

import pytest

from bookbuild.chapters import quiz
from support.tiny_book import Built, build

pytestmark = pytest.mark.slow

QUIZ = """# Title

## Check yourself

```{quiz}
Is $1 + 1$ equal to *two*?

- [ ] No, to $11$.
  > Digits side by side are not a sum.
- [x] Yes, to two.
  > See {doc}`notebooks/one`.
  >
  > And once more.
```

```{quiz}
Is it raining?

- [x] Yes.
  > Listen.
- [ ] No.
  > Look out of the window.
```

## After

The end.
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build a book with two questions."""
    return build(
        tmp_path_factory.mktemp("book"), index=QUIZ.replace("\n\n  > And", "\n  >\n  > And")
    )


def test_each_choice_folds_its_own_feedback_and_needs_no_script(built: Built) -> None:
    assert built.code == 0, built.messages
    first, second = built.page("index").select("article .quiz")
    assert first["aria-label"] == "Question 1"
    assert second["aria-label"] == "Question 2"
    assert [box["class"] for box in first.select("details")] == [
        ["wrong", "choice"],
        ["right", "choice"],
    ]
    assert not first.select("details[open], script, input, button")
    assert first.summary.get_text(strip=True).startswith("No, to")
    right = first.select_one(".right .feedback")
    assert [p.get_text() for p in right.select("p")] == ["Right. See One.", "And once more."]
    assert right.a["href"] == "notebooks/one.html"
    assert second.select_one(".wrong .feedback").get_text(strip=True).startswith("No.Look")


def test_choices_stand_in_the_order_of_all_forms_of_the_book(tmp_path: Path) -> None:
    words = [f"Answer {number}." for number in range(6)]
    body = "Which?\n\n" + "".join(
        f"- [{'x' * (word == words[2]) or ' '}] {word}\n  > Of {word}\n" for word in words
    )
    box = build(tmp_path, chapter=f"# One\n\n```{{quiz}}\n{body}```").page("notebooks/one")
    shown = [choice.summary.get_text(strip=True) for choice in box.select(".choice")]
    assert shown == [choice.words for choice in quiz.read("one", body).choices]
    assert sorted(shown) == words != shown
    for choice in box.select(".choice"):
        assert (
            choice.select_one(".feedback")
            .get_text()
            .strip()
            .endswith(choice.summary.get_text().strip())
        )
    assert box.select_one(".right summary").get_text(strip=True) == words[2]


def test_what_is_seen_before_choosing_does_not_tell_the_answer(built: Built) -> None:
    for box in built.page("index").select("article .quiz details"):
        assert "Right." not in box.summary.get_text()
        assert "[x]" not in box.get_text()


def test_on_paper_the_choices_are_lists_and_the_answers_come_last(tmp_path: Path) -> None:
    (tmp_path / "index.md").write_text(QUIZ.replace("{doc}`notebooks/one`", "below"), "utf-8")
    (tmp_path / "conf.py").write_text(
        "extensions = ['myst_nb', 'bookbuild.site.extension.quiz']\n"
        "myst_enable_extensions = ['dollarmath']\n"
    )
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "text", str(tmp_path), "out"]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    text = (tmp_path / "out" / "index.txt").read_text(encoding="utf-8")
    questions, answers = text.split("Answers to the questions")
    assert "Yes, to two." in questions
    assert "Digits side by side" not in questions
    assert questions.index("The end.") > questions.index("Is it raining?")
    assert answers.index("Digits side by side") < answers.index("Question 2")


QUESTION = "Is it?\n\n"
YES, NO = "- [x] Yes.\n  > It is.\n", "- [ ] No.\n  > Look again.\n"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (YES + NO, "a question comes first, and a list of choices last"),
        (QUESTION, "a question comes first, and a list of choices last"),
        (QUESTION + NO + NO, "exactly one with '- [x]'"),
        (QUESTION + YES + YES, "exactly one with '- [x]'"),
        (QUESTION + YES + "- No.\n  > Look again.\n", "every choice begins with '- [ ]'"),
        (QUESTION + YES + "- [ ] No.\n", "the choice 'No.' lacks its feedback"),
    ],
)
def test_what_is_not_a_question_is_named(tmp_path: Path, body: str, message: str) -> None:
    built = build(tmp_path, index=f"# Title\n\n```{{quiz}}\n{body}```\n")
    assert built.code != 0
    assert message in built.messages
