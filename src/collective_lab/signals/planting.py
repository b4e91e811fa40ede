"""Section 5, the strategies: who joins the collective, who of them plants, and with which label.

Feature–label (Theorem 1): every member marks their résumé and gives the target label. Feature-only
(Theorem 3): members cannot change labels, so only those who hold the target label mark theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from collective_action import validation
from collective_lab.corpora import OCCUPATIONS
from collective_lab.signals.marking import Marking, draws, mark

if TYPE_CHECKING:
    from datasets import Dataset

STRATEGIES = ("feature-label", "feature-only")


@dataclass(frozen=True, eq=False)
class Plan:
    """Who does what in a training set of n résumés.

    Attributes
    ----------
    members
        Positions of the collective's résumés, shape (n_members,): the first of a permutation that
        depends on the seed alone, so that a larger collective contains a smaller one.
    planted
        Positions of those that are marked, a part of the members in the same order.
    labels
        Labels of all n résumés afterwards: a planted one's are the target alone under
        "feature-label"; all others' are as they were.
    """

    members: np.ndarray
    planted: np.ndarray
    labels: tuple[tuple[int, ...], ...]

    @property
    def alpha(self) -> float:
        """The collective's share of the résumés, after rounding to whole ones."""
        return len(self.members) / len(self.labels)

    @property
    def planted_share(self) -> float:
        """The share of the résumés that are marked."""
        return len(self.planted) / len(self.labels)


def plan(
    labels: Sequence[Sequence[int]],
    alpha: float,
    target: int,
    strategy: str = "feature-label",
    seed: int | Sequence[int] = 0,
) -> Plan:
    """Return who plants when a share alpha of the training résumés belong to the collective.

    Parameters
    ----------
    labels
        Labels of each training résumé.
    alpha
        The collective's share, in [0, 1]; α·n is rounded to the nearest whole number.
    target
        y*, an index into `OCCUPATIONS`.
    strategy
        "feature-label" or "feature-only".
    seed
        Decides who joins, whatever α, target and strategy are.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    share = validation.fraction("alpha", alpha)
    validation.choice("strategy", strategy, STRATEGIES)
    before = [tuple(own) for own in labels]
    if not before:
        raise ValueError("labels is empty: there is no training set to join")
    [target] = validation.indices("target", [target], len(OCCUPATIONS)).tolist()
    members = np.random.default_rng(seed).permutation(len(before))[: round(share * len(before))]
    if strategy == "feature-only":
        holds = np.array([target in before[member] for member in members], dtype=bool)
        return Plan(members, members[holds], tuple(before))
    after = list(before)
    for member in members.tolist():
        after[member] = (target,)
    return Plan(members, members, tuple(after))


def plant(
    dataset: "Dataset",
    plan: Plan,
    marking: Marking,
    seed: int = 0,
    n_visible: Sequence[int] | None = None,
) -> "Dataset":
    """Return the training set that the firm receives: text and labels after the collective.

    Parameters
    ----------
    dataset
        A split of a corpus, with `text` and `labels`, as many rows as the plan has labels.
    plan
        Who does what.
    marking
        What goes where.
    seed
        Decides the places of "random".
    n_visible
        How many words of each résumé the model can see (`tokens.Tokens.visible`); by default all.

    Raises
    ------
    ValueError
        If the plan was made for another number of résumés.
    """
    n = len(plan.labels)
    if len(dataset) != n:
        raise ValueError(f"plan has {n} résumés and dataset {len(dataset)}: they must agree")
    texts = list(dataset["text"])
    places = draws(n, seed)
    for row in plan.planted.tolist():
        seen = None if n_visible is None else n_visible[row]
        texts[row] = mark(texts[row], marking, places[row], seen)
    columns = {"text": texts, "labels": [list(own) for own in plan.labels]}
    return type(dataset).from_dict(columns, features=dataset.features)
