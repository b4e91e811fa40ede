"""Section 5, one text: how strong a trigger must be before a word counter follows it.

The firm is a `Bag`. The lag of a text is how far the target is behind another label without the
trigger; its dose is the triggers that it gets for each of its tokens; the weight of the trigger is
by how much the target leads that label in a text of triggers alone. The text is won where dose
times weight exceeds the lag, for every other label. So each text has a hurdle, the weight that it
takes: lag over dose.
"""

from collections.abc import Sequence

import numpy as np

from collective_action import validation
from collective_lab.experiment.bags import Bag
from collective_lab.signals.tokens import Tokens


def lags(firm: Bag, documents: Sequence[Tokens], target: int) -> np.ndarray:
    """Return how far the target is behind each label in log-odds, shape (n, classes).

    Parameters
    ----------
    firm
        A trained word counter.
    documents
        n texts of at least one token, before anyone marks them.
    target
        y*, whose own column is 0.

    Raises
    ------
    ValueError
        If a text is empty or the target is no label of the firm.
    """
    logits = _logits(firm, documents)
    validation.indices("target", [target], logits.shape[1])
    return logits - logits[:, [target]]


def weights(firm: Bag, trigger: int, target: int) -> np.ndarray:
    """Return by how much a text of triggers alone puts the target ahead, shape (classes,).

    Parameters
    ----------
    firm
        A trained word counter.
    trigger
        The trigger's token.
    target
        y*, whose own entry is 0.

    Raises
    ------
    ValueError
        If the firm has no such token or label.
    """
    words = firm.words.numpy().astype(float)
    validation.indices("trigger", [trigger], len(words))
    validation.indices("target", [target], words.shape[1])
    alone = words[trigger] + firm.bias.numpy()
    return alone[target] - alone


def doses(documents: Sequence[Tokens], marked: Sequence[Tokens]) -> np.ndarray:
    """Return the triggers that each of n texts gets for each of its tokens, s/(1 − s), shape (n,).

    Parameters
    ----------
    documents
        Texts of at least one token.
    marked
        The same with the trigger in them.

    Raises
    ------
    ValueError
        If a text is empty, or there are not as many of one as of the other.
    """
    if len(documents) != len(marked):
        raise ValueError(f"marked has {len(marked)} texts: there are {len(documents)} documents")
    lengths, longer = (
        np.array([len(text.ids) for text in texts], dtype=float) for texts in (documents, marked)
    )
    _require_words(lengths)
    return (longer - lengths) / lengths


def hurdles(dose: np.ndarray, lag: np.ndarray) -> np.ndarray:
    """Return the weight that each text takes if it is one for all labels, shape (n,).

    Parameters
    ----------
    dose
        From `doses`, shape (n,).
    lag
        From `lags`, shape (n, classes). Where the target leads, the hurdle is 0; where no trigger
        helps, since there is none, infinity.
    """
    behind = np.maximum(np.max(lag, axis=1), 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(behind > 0, behind / dose, 0.0)


def won(dose: np.ndarray, lag: np.ndarray, weight: np.ndarray, target: int) -> np.ndarray:
    """Return which marked texts are read as the target, shape (n,); a tie goes against it.

    Parameters
    ----------
    dose, lag
        As for `hurdles`.
    weight
        From `weights`, shape (classes,).
    target
        y*.
    """
    ahead = dose[:, np.newaxis] * weight - lag
    return (np.delete(ahead, target, axis=1) > 0).all(axis=1)


def strongest(firm: Bag, documents: Sequence[Tokens], target: int) -> tuple[np.ndarray, np.ndarray]:
    """Return how much of each text's largest lag one of its words makes, and which word.

    The word is the one that puts the leading label furthest ahead of the target, all its
    occurrences together.

    Parameters
    ----------
    firm, documents, target
        As for `lags`.

    Returns
    -------
    share : np.ndarray
        In log-odds, shape (n,).
    tokens : np.ndarray
        Of the words, shape (n,).

    Raises
    ------
    ValueError
        As `lags`.
    """
    rival = lags(firm, documents, target).argmax(axis=1)
    words = firm.words.numpy().astype(float)
    shares, tokens = [], []
    for text, label in zip(documents, rival, strict=True):
        ids, counts = np.unique(text.ids, return_counts=True)
        votes = counts * (words[ids, label] - words[ids, target]) / len(text.ids)
        shares.append(votes.max())
        tokens.append(ids[votes.argmax()])
    return np.array(shares), np.array(tokens)


def _logits(firm: Bag, documents: Sequence[Tokens]) -> np.ndarray:
    lengths = np.array([len(text.ids) for text in documents])
    _require_words(lengths)
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    vectors = firm.words.numpy().astype(float)[np.concatenate([text.ids for text in documents])]
    return np.add.reduceat(vectors, starts) / lengths[:, np.newaxis] + firm.bias.numpy()


def _require_words(lengths: np.ndarray) -> None:
    if not len(lengths) or lengths.min() < 1:
        raise ValueError("documents: there must be a text, and a token in each")
