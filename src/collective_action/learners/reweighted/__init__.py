"""Firms that do not weigh every record alike, after Ben-Dov, Fawkes, Samadi and Sanyal (ICML 2024).

Read in this order: `weights` (an optimal firm on reweighted records, and the size that a collective
has there), `two_stage` (a firm that trains again on its own mistakes), `simplicity` (a firm that
descends, and learns what is simple first).
"""

from collective_action.learners.reweighted.simplicity import LinearWorld
from collective_action.learners.reweighted.two_stage import TwoStage, Windows
from collective_action.learners.reweighted.weights import Weights

__all__ = ["LinearWorld", "TwoStage", "Weights", "Windows"]
