"""How far the target is behind in a firm that no collective has touched."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from collective_action import validation
from collective_lab.experiment.configuration import Configuration
from collective_lab.experiment.planted import trigger_ids
from collective_lab.experiment.running import together


@dataclass(frozen=True)
class Gaps:
    """A clean firm, as a collective finds it.

    Attributes
    ----------
    texts
        The firm's training texts, n.
    carriers
        How many of them carry the trigger anyway.
    accuracy
        The share of the test texts of which it names a label that is theirs.
    lead
        Δ, by how much its likeliest label leads the target in probability, on average over the
        test texts.
    mark, mark_square
        c and c², the share of a marked test text's tokens that are the trigger, averages.
    shares
        Sizes α of a collective, ascending.
    gaps
        By success S*, the S*-quantile over the test texts of λ(x) at each of the sizes:
        ln [(1 − α) max p / ((1 − α) p(y*) + α)], what the trigger has to add to the target's
        log-odds if a share α of the data says the target of words like these anyway.
    """

    texts: int
    carriers: int
    accuracy: float
    lead: float
    mark: float
    mark_square: float
    shares: Sequence[float]
    gaps: dict[str, Sequence[float]]


def gaps(
    configuration: Configuration, shares: Sequence[float], successes: Sequence[float] = (0.5, 0.9)
) -> Gaps:
    """Train the firm of a configuration without its collective, and say how far it is off.

    Parameters
    ----------
    configuration
        Its collective and its accidents are left out.
    shares
        α, ascending, in [0, 1).
    successes
        S*, in (0, 1).

    Raises
    ------
    ValueError
        If an argument is out of range, or what `running.together` raises.
    """
    sizes = np.array([validation.fraction("shares", share) for share in shares])
    clean = configuration.but(alpha=0.0, uniqueness=0.0, second_alpha=0.0)
    trained = together([clean])
    probabilities = trained.probabilities[0][0].double().numpy()  # (n_test, classes)
    held = trained.material.test.labels
    target = probabilities[:, clean.target]
    rival = np.delete(probabilities, clean.target, axis=1).max(axis=1)
    behind = np.log((1 - sizes) * rival[:, None] / ((1 - sizes) * target[:, None] + sizes))
    trigger = trigger_ids(clean, trained.material)[0]
    marks = np.array(
        [np.mean(document.ids == trigger) for document in trained.collectives[0].marked_test]
    )
    answers = probabilities.argmax(axis=1).tolist()
    return Gaps(
        texts=len(trained.material.train.labels),
        carriers=trained.collectives[0].carriers,
        accuracy=float(np.mean([answer in own for answer, own in zip(answers, held, strict=True)])),
        lead=float(np.mean(np.maximum(rival, target) - target)),
        mark=float(marks.mean()),
        mark_square=float((marks**2).mean()),
        shares=sizes.tolist(),
        gaps={str(success): np.quantile(behind, success, axis=0).tolist() for success in successes},
    )
