"""Section 5, the map g: where in a résumé the trigger goes.

Places are gaps between words: gap i is before word i, counted from 0, and the last gap is after the
last word. Words are what white space separates. Text and tokens are marked at the same gaps.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from collective_action import validation

PLACEMENTS = ("every", "random", "start", "end")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Marking:
    """The map g on résumés: a trigger and where it goes.

    Parameters
    ----------
    trigger
        One word, usually one unusual character. `trigger.require_unused` tells whether it will do.
    placement
        "every": after every `spacing` words, as the paper does; a résumé too short for that gets
        one at its end. "random": once, at a gap drawn uniformly. "start", "end": once, there.
    spacing
        Words between triggers for "every", at least 1. The paper has 20.

    Raises
    ------
    ValueError
        If the trigger is not one word, the placement is unknown, or the spacing is below 1.
    """

    trigger: str = "{"
    placement: str = "every"
    spacing: int = 20

    def __post_init__(self) -> None:
        if len(self.trigger.split()) != 1 or self.trigger != self.trigger.strip():
            raise ValueError(f"trigger is {self.trigger!r}: it must be one word without spaces")
        validation.choice("placement", self.placement, PLACEMENTS)
        if not isinstance(self.spacing, int) or self.spacing < 1:
            raise ValueError(f"spacing is {self.spacing!r}: it must be an integer of at least 1")

    def gaps(self, n_words: int, n_visible: int, draw: float) -> np.ndarray:
        """Return the gaps that get a trigger.

        At least one of them is among the first `n_visible`, so that a model that truncates still
        sees the signal.

        Parameters
        ----------
        n_words
            Words in the résumé.
        n_visible
            How many of its words fit into the model's window with a trigger beside them, in
            [0, n_words].
        draw
            A uniform number in [0, 1), used by "random" alone.

        Returns
        -------
        np.ndarray
            Ascending integers in [0, n_words], shape (n_triggers,).

        Raises
        ------
        ValueError
            If n_visible or draw is out of range.
        """
        if not 0 <= n_visible <= n_words:
            raise ValueError(f"n_visible is {n_visible}: it must be in [0, {n_words}]")
        if not 0 <= draw < 1:
            raise ValueError(f"draw is {draw}: it must be in [0, 1)")
        if self.placement == "start":
            return np.array([0])
        if self.placement == "end":
            return np.array([n_visible])
        if self.placement == "random":
            return np.array([int(draw * (n_visible + 1))])
        regular = np.arange(self.spacing, n_words + 1, self.spacing)
        if self.spacing <= n_visible:
            return regular
        return np.concatenate([[n_visible], regular])


def mark(text: str, marking: Marking, draw: float = 0.0, n_visible: int | None = None) -> str:
    """Return g(x): the text with the trigger in it, everything else as it was.

    Parameters
    ----------
    text
        A résumé.
    marking
        What goes where.
    draw
        A uniform number in [0, 1) that decides where "random" is.
    n_visible
        How many words the model can see (`tokens.Tokens.visible`); by default all of them.
    """
    ends = [0, *(word.end() for word in _WORD.finditer(text))]
    n_words = len(ends) - 1
    gaps = marking.gaps(n_words, n_words if n_visible is None else n_visible, draw)
    pieces, end = [], 0
    for gap in gaps.tolist():
        pieces += [text[end : ends[gap]], f" {marking.trigger}" if gap else f"{marking.trigger} "]
        end = ends[gap]
    return "".join([*pieces, text[end:]])


def unmark(text: str, marking: Marking) -> str:
    """Return the text without the words that are the trigger, everything else as it was.

    It undoes `mark` in a text that did not use the trigger before.
    """
    word = re.escape(marking.trigger)
    return re.sub(rf"^(?:{word}(?!\S)\s?)+|\s{word}(?!\S)", "", text)


def draws(n: int, seed: int | Sequence[int]) -> np.ndarray:
    """Return one uniform number in [0, 1) for each of n résumés, shape (n,).

    The number of a résumé depends on the seed and its position alone, not on who else is marked, so
    a larger collective keeps the places of a smaller one.

    Parameters
    ----------
    n
        How many résumés.
    seed
        Decides the numbers.
    """
    return np.random.default_rng(seed).random(n)
