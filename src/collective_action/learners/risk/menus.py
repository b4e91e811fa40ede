"""Setting II of the paper, constraints: what the members of a collective may submit.

The collective is a random sample of the population, so what its members are bound to keep is
distributed as in P₀. A `Menu` divides them into groups by what they keep; each group has a mass and
a list of records (or a whole domain of features with some labels) to choose from, and every group
may also leave its own records as they are. It decides that without looking: a part of the group, as
it comes, keeps its records. Members who look at a record before they decide whether to keep it can
do more, unless a group's own records are among its choices, which the book assumes. The laws P* a
collective can form are then exactly

    P* = Σ_i mass_i · Q_i,   Q_i a law on the choices of group i,

and the attainable gradients are G(θ) = Σ_i mass_i · conv{∇ℓ(θ; z) : z a choice of group i}: an
average over groups, not the convex hull of everything anybody may submit. The three constraints
differ in the groups alone: one group (`anything`, `candidates`), one per label kept
(`features_only`), one per record kept (`labels_only`).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from collective_action.learners.risk.domains import Ball, Box
from collective_action.learners.risk.records import Records
from collective_action.validation import finite


@dataclass(frozen=True, eq=False)
class Menu:
    """The choices of a collective's members, group by group.

    Built by `anything`, `candidates`, `features_only` and `labels_only`.

    Parameters
    ----------
    members
        The members' own records, n of them: P₀ itself for a random sample of the population, or
        the records of particular people.
    groups
        Shape (n,): the group, 0 … k−1, to which a member who has that record belongs.
    features, labels, owners
        Shapes (m, d), (m,), (m,): records that may be submitted and the group that may submit them.
    domain
        Features that may be submitted with any of `open_labels`, or None.
    open_labels, open_owners
        Shape (r,): a label and the group that may submit it with any features of the domain.
    """

    members: Records
    groups: np.ndarray
    features: np.ndarray
    labels: np.ndarray
    owners: np.ndarray
    domain: Box | Ball | None
    open_labels: np.ndarray
    open_owners: np.ndarray

    @cached_property
    def masses(self) -> np.ndarray:
        """The share of the collective in each group, shape (k,), summing to one."""
        return np.bincount(self.groups, weights=self.members.weights)


def anything(members: Records, domain: Box | Ball, labels: ArrayLike) -> Menu:
    """Members may submit any features of a domain with any of the labels.

    Parameters
    ----------
    members
        P₀, or the records of particular people.
    domain
        A box or ball with as many coordinates as the members' features.
    labels
        Shape (r,). For least squares with y in an interval give its two ends: the gradient is
        affine in y, so every label between them is a mixture of the two. Mean estimation: [0].
    """
    allowed = _labels(labels)
    nothing = np.zeros((0, members.features.shape[1])), np.zeros(0), np.zeros(0, dtype=int)
    _require_dimension(members, domain)
    everyone = np.zeros(len(members), dtype=int)
    return Menu(members, everyone, *nothing, domain, allowed, np.zeros(len(allowed), dtype=int))


def candidates(members: Records, features: ArrayLike, labels: ArrayLike) -> Menu:
    """Members may submit any record of a finite list.

    Parameters
    ----------
    members
        P₀, or the records of particular people.
    features, labels
        Shapes (m, d) and (m,): the list.
    """
    listed = Records(features, labels)
    _require_columns(members, listed.features)
    everyone = np.zeros(len(members), dtype=int)
    owners = np.zeros(len(listed), dtype=int)
    return Menu(members, everyone, listed.features, listed.labels, owners, None, *_closed())


def features_only(members: Records, features: Box | Ball | np.ndarray) -> Menu:
    """Members keep their label and may submit any allowed features with it.

    The collective's labels are distributed as in the members' own records: one group per distinct
    label, so the time it takes to solve grows with their number.

    Parameters
    ----------
    members
        P₀, or the records of particular people.
    features
        A box, a ball, or a list of feature vectors of shape (m, d).
    """
    kept, groups = np.unique(members.labels, return_inverse=True)
    groups = groups.reshape(-1)
    if isinstance(features, Box | Ball):
        _require_dimension(members, features)
        nothing = np.zeros((0, members.features.shape[1])), np.zeros(0), np.zeros(0, dtype=int)
        return Menu(members, groups, *nothing, features, kept, np.arange(len(kept)))
    listed = finite("features", features, 2)
    _require_columns(members, listed)
    rows = np.tile(listed, (len(kept), 1))
    owners = np.repeat(np.arange(len(kept)), len(listed))
    return Menu(members, groups, rows, kept[owners], owners, None, *_closed())


def labels_only(members: Records, labels: ArrayLike) -> Menu:
    """Members keep their features and may submit any of the labels with them.

    The collective's features are distributed as in the members' own records: one group per record.

    Parameters
    ----------
    members
        P₀, or the records of particular people.
    labels
        Shape (r,); for least squares with y in an interval, its two ends.
    """
    allowed = _labels(labels)
    owners = np.repeat(np.arange(len(members)), len(allowed))
    return Menu(
        members,
        np.arange(len(members)),
        members.features[owners],
        np.tile(allowed, len(members)),
        owners,
        None,
        *_closed(),
    )


def _labels(labels) -> np.ndarray:
    allowed = finite("labels", labels, 1)
    if len(allowed) == 0:
        raise ValueError("labels is empty: members need at least one label to submit")
    return allowed


def _closed() -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(0), np.zeros(0, dtype=int)


def _require_columns(members: Records, features: np.ndarray) -> None:
    if features.shape[1] != members.features.shape[1]:
        raise ValueError(
            f"features has {features.shape[1]} columns: members has {members.features.shape[1]}"
        )


def _require_dimension(members: Records, domain: Box | Ball) -> None:
    if domain.dimension != members.features.shape[1]:
        raise ValueError(
            f"domain has {domain.dimension} coordinates: members has {members.features.shape[1]}"
        )
