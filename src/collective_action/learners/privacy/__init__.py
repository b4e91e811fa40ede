"""Firms that train privately: what the promise, the noise and the clip do to a collective.

The promise caps what any M people can do (`cap`), whatever the firm's size. Noise spreads where
gradient control arrives, and the clip is a member's budget (`steering`). `accountant` computes what
noisy clipped descent promises, `additive` runs it on small tables. `forgetting` is about training
again without those who were found. Networks are in `learners.network.privacy`.
"""

from collective_action.learners.privacy.accountant import epsilon, noise_for
from collective_action.learners.privacy.additive import PrivateDescent, design, train
from collective_action.learners.privacy.cap import (
    ApproximatePrivacy,
    GaussianPrivacy,
    NoisyCount,
    Privacy,
)
from collective_action.learners.privacy.forgetting import identified
from collective_action.learners.privacy.steering import NoisySteering, clipped, holding_mass

__all__ = [
    "ApproximatePrivacy",
    "GaussianPrivacy",
    "NoisyCount",
    "NoisySteering",
    "Privacy",
    "PrivateDescent",
    "clipped",
    "design",
    "epsilon",
    "holding_mass",
    "identified",
    "noise_for",
    "train",
]
