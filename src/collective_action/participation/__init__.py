"""Who joins: the section of the paper on participation, and the threshold models it stands on.

A member has success S(a) and bears a cost c; whoever stays out has γS(a). We know the paper's model
at second hand; what is computed here follows from its definitions. Read in this order: `model` (who
wants to be in), `costs` (one cost or many), `curves` (success from a table), `dynamics` (rounds of
joining and leaving), `equilibria` (where it comes to rest), `subsidy` (what a beginning costs).
"""

from collective_action.participation.curves import TabulatedSuccess
from collective_action.participation.dynamics import trajectory
from collective_action.participation.equilibria import Equilibrium, equilibria, tipping_points
from collective_action.participation.model import Participation
from collective_action.participation.subsidy import subsidy

__all__ = [
    "Equilibrium",
    "Participation",
    "TabulatedSuccess",
    "equilibria",
    "subsidy",
    "tipping_points",
    "trajectory",
]
