"""Section 5, the strategies: who joins the collective, what each member's résumé becomes.

A strategy is the one of the theory, a map h on features × labels (`collective_action.strategies`).
Here a résumé has one of two features, it carries the trigger or not, and one of two labels, the
target is among its own or not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from collective_action import validation
from collective_action.population import Population
from collective_action.strategies import FeatureLabel, FeatureOnly, Leave, Planting, Signal
from collective_lab.signals.marking import Marking, draws, mark, unmark

if TYPE_CHECKING:
    from datasets import Dataset

WITHOUT, WITH = 0, 1
OTHER, TARGET = 0, 1
STRATEGIES: dict[str, Callable[[Signal], Planting]] = {
    "feature-label": FeatureLabel,
    "feature-only": FeatureOnly,
    "leave": lambda signal: Leave(signal, refuge=WITHOUT),
}
"""What a configuration may name. A strategy of your own: ``STRATEGIES["mine"] = Mine``, in a file
that `plugins` loads."""


@dataclass(frozen=True, eq=False)
class Plan:
    """Who does what in a training set of n résumés.

    Attributes
    ----------
    members
        Positions of the collective's résumés, shape (n_members,): the first, or the last, of a
        permutation that depends on the seed alone, so that a larger collective contains a smaller
        one.
    planted
        Positions of those that are marked, a part of the members in the same order.
    cleared
        Positions of those that carried the trigger and lose it, a part of the members.
    labels
        Labels of all n résumés afterwards. A strategy that chooses labels, such as
        "feature-label", leaves a planted résumé the target alone; all others' are as they were.
    """

    members: np.ndarray
    planted: np.ndarray
    cleared: np.ndarray
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
    carriers: Sequence[bool] | np.ndarray | None = None,
    *,
    last: bool = False,
) -> Plan:
    """Return who plants when a share alpha of the training résumés belong to the collective.

    Parameters
    ----------
    labels
        Labels of each training résumé.
    alpha
        The collective's share, in [0, 1]; α·n is rounded to the nearest whole number.
    target
        y*, an index into the corpus's labels.
    strategy
        A name in `STRATEGIES`.
    seed
        Decides who joins, whatever α, target and strategy are.
    carriers
        Whether each résumé carries the trigger already, shape (n,); by default none does.
    last
        Whether the members are the last of the permutation, as a second collective's are: two have
        no member in common while their shares add up to at most 1.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    share = validation.fraction("alpha", alpha)
    validation.choice("strategy", strategy, tuple(STRATEGIES))
    after = [tuple(occupations) for occupations in labels]
    if not after:
        raise ValueError("labels is empty: there is no training set to join")
    if target < 0:
        raise ValueError(f"target is {target}: it must be the index of a label")
    order = np.random.default_rng(seed).permutation(len(after))
    members = (order[::-1] if last else order)[: round(share * len(after))]
    carries = np.zeros(len(after), bool) if carriers is None else np.asarray(carriers, bool)
    if carries.shape != (len(after),):
        raise ValueError(f"carriers has shape {carries.shape}: there are {len(after)} résumés")

    features, answers = _files(STRATEGIES[strategy](Signal([WITH, WITH], TARGET)))
    before = np.where(carries[members], WITH, WITHOUT)
    held = np.array([TARGET if target in after[row] else OTHER for row in members], int)
    filed, answer = features[before, held], answers[before, held]
    plants = (filed == WITH) & ((before == WITHOUT) | (answer == TARGET))
    if (answers != [OTHER, TARGET]).any():
        for row in members[plants & (answer == TARGET)].tolist():
            after[row] = (target,)
        for row in members[(held == TARGET) & (answer == OTHER)].tolist():
            after[row] = tuple(label for label in after[row] if label != target)
    return Plan(
        members, members[plants], members[(before == WITH) & (filed == WITHOUT)], tuple(after)
    )


def _files(strategy: Planting) -> tuple[np.ndarray, np.ndarray]:
    """Return h, as two tables (2, 2): what a member with each feature and label files."""
    anyone = Population(np.full((2, 2), 1 / 4))
    features, answers = strategy.h(anyone)
    return np.broadcast_to(features, (2, 2)), np.broadcast_to(answers, (2, 2))


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
    for row in plan.cleared.tolist():
        texts[row] = unmark(texts[row], marking)
    for row in plan.planted.tolist():
        seen = None if n_visible is None else n_visible[row]
        texts[row] = mark(texts[row], marking, places[row], seen)
    columns = {"text": texts, "labels": [list(occupations) for occupations in plan.labels]}
    return type(dataset).from_dict(columns, features=dataset.features)
