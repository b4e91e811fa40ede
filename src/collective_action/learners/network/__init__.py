"""Setting III of the paper: steering a neural network while it trains; the part that needs torch.

Read in this order: `architecture` (the network), `worlds.crossroads` (the task), `collectives`
(what the members submit), `training` (SGD on the mixture), `campaign` (where the firms are and
should go), `comparison` (steering against static data, and what knowing less costs), `search` (for
a static plan as good). Apart from them stand `classifiers` and `classifier_descent`: small networks
for images and tables, many at once, for firms that weigh, clip or blur what records say.
"""

from collective_action.learners.network.architecture import TanhNetwork
from collective_action.learners.network.campaign import Campaign, gradient_control, prepare
from collective_action.learners.network.classifier_descent import ClassifierDescent, Step
from collective_action.learners.network.classifiers import ReluNetwork
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
    "ClassifierDescent",
    "Collective",
    "ComparisonRow",
    "Crossroads",
    "GradientControl",
    "ReluNetwork",
    "Replay",
    "SGDFirm",
    "Schedule",
    "StaticPlanting",
    "Step",
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
