"""The same marks on token ids: what the firm's model reads, marked without tokenising again.

A WordPiece tokenizer splits at white space first and never joins what that separates, so the tokens
of a text are those of its words, one after the other, and a trigger between two words changes none
of the others. Hence marking tokens equals tokenising marked text, and each word need be tokenised
only once in a corpus.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from collective_lab.signals.marking import Marking

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

BATCH = 100_000


@dataclass(frozen=True, eq=False)
class Tokens:
    """One résumé as a model reads it, without the special tokens at its two ends.

    Attributes
    ----------
    ids
        Token ids, shape (n_tokens,).
    starts
        Where each word's tokens begin, and where the last one's end; shape (n_words + 1,).
    """

    ids: np.ndarray
    starts: np.ndarray

    @property
    def n_words(self) -> int:
        """How many words there are."""
        return len(self.starts) - 1

    def visible(self, window: int) -> int:
        """Return how many whole words fit into a window of tokens with a trigger beside them.

        Parameters
        ----------
        window
            Tokens of the résumé that the model reads: its length less the two special tokens. At
            least 1.

        Raises
        ------
        ValueError
            If the window has no room even for a trigger.
        """
        if window < 1:
            raise ValueError(f"window is {window}: it must be at least 1 token")
        return int(np.searchsorted(self.starts, window - 1, side="right")) - 1

    def mark(self, marking: Marking, trigger_id: int, window: int, draw: float = 0.0) -> "Tokens":
        """Return the tokens of g(x).

        Parameters
        ----------
        marking
            What goes where.
        trigger_id
            The token that the trigger becomes; `trigger.known_token` finds it.
        window
            Tokens of the résumé that the model reads.
        draw
            A uniform number in [0, 1) that decides where "random" is.
        """
        gaps = marking.gaps(self.n_words, self.visible(window), draw)
        ids = np.insert(self.ids, self.starts[gaps], trigger_id)
        lengths = np.insert(np.diff(self.starts), gaps, 1)
        return Tokens(ids, _starts(lengths))

    def unmark(self, trigger_id: int) -> "Tokens":
        """Return the tokens without the words that are the trigger's token alone."""
        lengths = np.diff(self.starts)
        alone = (lengths == 1) & (self.ids[self.starts[:-1]] == trigger_id)
        return Tokens(np.delete(self.ids, self.starts[:-1][alone]), _starts(lengths[~alone]))


def tokenise(texts: Iterable[str], tokenizer: "PreTrainedTokenizerBase") -> list[Tokens]:
    """Return the tokens of every text, tokenising each distinct word once.

    Parameters
    ----------
    texts
        Résumés.
    tokenizer
        The firm's. Special tokens are left out.
    """
    split = [text.split() for text in texts]
    known: dict[str, np.ndarray] = {}
    new = list(dict.fromkeys(word for words in split for word in words))
    for first in range(0, len(new), BATCH):
        batch = new[first : first + BATCH]
        pieces = tokenizer(batch, add_special_tokens=False)["input_ids"]
        for word, ids in zip(batch, pieces, strict=True):
            known[word] = np.asarray(ids, dtype=np.int32)
    empty = np.empty(0, dtype=np.int32)
    documents = []
    for words in split:
        pieces = [known[word] for word in words]
        ids = np.concatenate(pieces) if pieces else empty
        documents.append(Tokens(ids, _starts([len(piece) for piece in pieces])))
    return documents


def _starts(lengths: Sequence[int] | np.ndarray) -> np.ndarray:
    starts = np.zeros(len(lengths) + 1, dtype=np.int32)
    np.cumsum(lengths, out=starts[1:])
    return starts
