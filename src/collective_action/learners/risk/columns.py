"""Setting II of the paper, attainable gradients: what a collective may do at one θ, as columns."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from collective_action.learners.risk.losses import Loss
from collective_action.learners.risk.menus import Menu
from collective_action.learners.risk.records import Records


@dataclass(frozen=True, eq=False)
class Columns:
    """Everything a collective may do at one θ: one column per choice.

    Attributes
    ----------
    gradients
        Shape (c, p), the average gradient of each choice.
    owners
        Shape (c,), the group that has the choice.
    features, labels
        Shapes (c − k, d) and (c − k,). The first k columns are "leave our own records as they
        are", one per group; the others submit the record of their row.
    """

    gradients: np.ndarray
    owners: np.ndarray
    features: np.ndarray
    labels: np.ndarray

    @cached_property
    def moves(self) -> np.ndarray:
        """What each choice changes: its gradient less that of the records it replaces, (c, p)."""
        return self.gradients - self.gradients[self.owners]

    @classmethod
    def of(cls, loss: Loss, theta: np.ndarray, menu: Menu) -> "Columns":
        """Return the choices that a menu lists, with their average gradients at θ."""
        members, masses = menu.members, menu.masses
        groups = sparse.csr_array(
            (members.weights, (menu.groups, np.arange(len(members)))),
            shape=(len(masses), len(members)),
        )
        kept = groups @ loss.gradient(theta, members.features, members.labels)
        kept = np.divide(
            kept, masses[:, np.newaxis], out=np.zeros_like(kept), where=masses[:, np.newaxis] > 0
        )
        listed = loss.gradient(theta, menu.features, menu.labels)
        return cls(
            np.concatenate([kept, listed]),
            np.concatenate([np.arange(len(masses)), menu.owners]),
            menu.features,
            menu.labels,
        )

    def extended(
        self, gradients: np.ndarray, owners: np.ndarray, features: np.ndarray, labels: np.ndarray
    ) -> "Columns":
        """Return these columns and some more records."""
        return Columns(
            np.concatenate([self.gradients, gradients]),
            np.concatenate([self.owners, owners]),
            np.concatenate([self.features, features]),
            np.concatenate([self.labels, labels]),
        )

    def submission(self, shares: np.ndarray, menu: Menu) -> tuple[Records, np.ndarray]:
        """Return the law that gives each choice its share, and the group of each of its atoms."""
        masses = menu.masses
        kept = np.divide(shares[: len(masses)], masses, out=np.zeros_like(masses), where=masses > 0)
        weights = np.concatenate([shares[len(masses) :], menu.members.weights * kept[menu.groups]])
        used = weights > 0
        law = Records(
            np.concatenate([self.features, menu.members.features])[used],
            np.concatenate([self.labels, menu.members.labels])[used],
            weights[used] / weights.sum(),
        )
        return law, np.concatenate([self.owners[len(masses) :], menu.groups])[used]
