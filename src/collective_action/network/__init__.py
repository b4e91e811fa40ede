"""Setting III of the paper: steering a neural network while it trains; the part that needs torch.

Read in this order: `architecture` (the network), `crossroads` (the task), `collectives` (what the
members submit), `training` (SGD on the mixture), `contest` (where the firms are and should go),
`comparison` (steering against static data, and what knowing less costs), `search` (for a static
plan as good).
"""

from collective_action.intervals import interval
from collective_action.network.architecture import TanhNetwork
from collective_action.network.collectives import (
    Collective,
    Planting,
    Replay,
    Schedule,
    Steering,
    Teaching,
    greedy,
)
from collective_action.network.comparison import Outcome, compare, knowledge
from collective_action.network.contest import Contest, prepare, steering
from collective_action.network.crossroads import Crossroads
from collective_action.network.search import search_static
from collective_action.network.training import Firm, Training, success_and_accuracy, train

__all__ = [
    "Collective",
    "Contest",
    "Crossroads",
    "Firm",
    "Outcome",
    "Planting",
    "Replay",
    "Schedule",
    "Steering",
    "TanhNetwork",
    "Teaching",
    "Training",
    "compare",
    "greedy",
    "interval",
    "knowledge",
    "prepare",
    "search_static",
    "steering",
    "success_and_accuracy",
    "train",
]
