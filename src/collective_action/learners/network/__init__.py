"""Setting III of the paper: steering a neural network while it trains; the part that needs torch.

Read in this order: `architecture` (the network), `worlds.crossroads` (the task), `collectives`
(what the members submit), `training` (SGD on the mixture), `contest` (where the firms are and
should go), `comparison` (steering against static data, and what knowing less costs), `search` (for
a static plan as good).
"""

from collective_action.learners.network.architecture import TanhNetwork
from collective_action.learners.network.collectives import (
    Collective,
    Planting,
    Replay,
    Schedule,
    Steering,
    Teaching,
    greedy,
)
from collective_action.learners.network.comparison import Outcome, compare, knowledge
from collective_action.learners.network.contest import Contest, prepare, steering
from collective_action.learners.network.search import search_static
from collective_action.learners.network.training import Firm, Training, success_and_accuracy, train
from collective_action.teaching.intervals import interval
from collective_action.worlds.crossroads import Crossroads

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
