"""Setting III of the paper: steering a neural network while it trains; the part that needs torch.

Read in this order: `architecture` (the network), `worlds.crossroads` (the task), `collectives`
(what the members submit), `training` (SGD on the mixture), `campaign` (where the firms are and
should go), `comparison` (steering against static data, and what knowing less costs), `search` (for
a static plan as good).
"""

from collective_action.learners.network.architecture import TanhNetwork
from collective_action.learners.network.campaign import Campaign, gradient_control, prepare
from collective_action.learners.network.collectives import (
    Collective,
    GradientControl,
    Replay,
    Schedule,
    StaticPlanting,
    Teaching,
    greedy,
)
from collective_action.learners.network.comparison import ComparisonRow, compare, knowledge
from collective_action.learners.network.search import search_static
from collective_action.learners.network.training import (
    SGDFirm,
    Training,
    success_and_accuracy,
    train,
)
from collective_action.teaching.intervals import interval
from collective_action.worlds.crossroads import Crossroads

__all__ = [
    "Campaign",
    "Collective",
    "ComparisonRow",
    "Crossroads",
    "GradientControl",
    "Replay",
    "SGDFirm",
    "Schedule",
    "StaticPlanting",
    "TanhNetwork",
    "Teaching",
    "Training",
    "compare",
    "gradient_control",
    "greedy",
    "interval",
    "knowledge",
    "prepare",
    "search_static",
    "success_and_accuracy",
    "train",
]
