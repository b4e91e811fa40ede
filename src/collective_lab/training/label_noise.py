"""Section 5, what the firm is told: one rule for several labels, one for noise, used everywhere.

Several labels
    A résumé with k labels has the target distribution 1/k on each of them, and the loss is the
    cross-entropy of the model's softmax against it.
Noise
    With label noise ν, each text outside the collective loses its labels with probability ν and
    gets one instead, drawn uniformly from all. Members are exempt, whether they plant or not: the
    firm's other data get worse, the collective's do not.
"""

from collections.abc import Sequence

import numpy as np

from collective_action import validation


def distribution(labels: Sequence[Sequence[int]], classes: int | None = None) -> np.ndarray:
    """Return the target distributions of texts, shape (n, classes), float32; rows sum to 1.

    Parameters
    ----------
    labels
        Of each text, at least one.
    classes
        How many labels there are; as many as occur when omitted.
    """
    targets = np.zeros((len(labels), _classes(labels, classes)), dtype=np.float32)
    for row, filed in enumerate(labels):
        targets[row, list(filed)] = 1 / len(filed)
    return targets


def with_noise(
    labels: Sequence[tuple[int, ...]],
    share: float,
    exempt: Sequence[int] | np.ndarray,
    seed: int | Sequence[int],
    classes: int | None = None,
) -> list[tuple[int, ...]]:
    """Return the labels after noise.

    Parameters
    ----------
    labels
        Of each training résumé.
    share
        ν in [0, 1].
    exempt
        Positions of the collective's members.
    seed
        Decides who is hit and by what. The résumés hit at one share are among those hit at a larger
        one, and who is hit does not depend on who is exempt.
    classes
        How many labels there are; as many as occur when omitted.
    """
    validation.fraction("share", share)
    draws = np.random.default_rng(seed)
    hit = draws.random(len(labels)) < share
    instead = draws.integers(_classes(labels, classes), size=len(labels))
    hit[list(exempt)] = False
    return [
        (int(new),) if lost else tuple(filed)
        for filed, lost, new in zip(labels, hit, instead, strict=True)
    ]


def _classes(labels: Sequence[Sequence[int]], classes: int | None) -> int:
    return 1 + max(map(max, labels)) if classes is None else classes
