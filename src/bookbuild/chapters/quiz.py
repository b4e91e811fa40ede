"""A question and its choices: as they are written, in the order in which a reader meets them."""

import hashlib
import re
from dataclasses import dataclass

from bookbuild.chapters import myst

MARK = re.compile(r"^- \[([ x])\] +")
CHOICE = re.compile(r"^(?=- \[[ x]\])", re.M)
QUOTED = re.compile(r"^ *> ?", re.M)
COMMAND = re.compile(r"\\[a-zA-Z]+|\\.")  # of TeX: what it writes is about as wide as a letter
UNSEEN = re.compile(r"[${}^_`*]|\s(?=\s)")
VERDICTS = {True: "Right.", False: "No."}


@dataclass(frozen=True)
class Choice:
    """The words of a choice, in MyST, whether it is right, and what is said when it is chosen."""

    words: str
    right: bool
    feedback: str

    @property
    def length(self) -> int:
        """About how many characters a reader sees of the words: a number counts as four."""
        seen = myst.ROLE.sub(lambda role: "0.00" if "glue" in role["name"] else role["text"],
                             self.words)  # fmt: skip
        return len(UNSEEN.sub("", COMMAND.sub("x", seen)))


@dataclass(frozen=True)
class Question:
    """A question and its choices in the order of the page."""

    words: str
    choices: list[Choice]


def read(chapter: str, body: str) -> Question:
    """Return the question that stands in the body of a ``{quiz}`` of a chapter."""
    question, *written = CHOICE.split(body)
    choices = []
    for text in written:
        words, _, feedback = text.partition("\n")
        mark = MARK.match(words)
        right = mark is not None and mark[1] == "x"
        choices.append(Choice(MARK.sub("", words), right, QUOTED.sub("", feedback).strip()))
    order = shuffled(chapter, question, [choice.words for choice in choices])
    return Question(question.strip(), [choices[place] for place in order])


def shuffled(chapter: str, question: str, choices: list[str]) -> list[int]:
    """Return the order in which a reader meets a question's choices, as their written places.

    It is drawn by lot, and the same at each build and in each form of the book: the lot of a choice
    is a digest of the chapter, the question and the choice.
    """
    asked = " ".join(question.split())

    def lot(place: int) -> str:
        drawn = f"{chapter}\n{asked}\n{choices[place].strip()}"
        return hashlib.sha256(drawn.encode()).hexdigest()

    return sorted(range(len(choices)), key=lot)
