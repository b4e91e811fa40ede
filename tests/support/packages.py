"""What the subject's package needs, and which of its modules need more."""

NEEDS = {"numpy", "scipy", "pandas", "altair"}
NETWORKS = (
    "collective_action.learners.network",
    "collective_action.worlds.crossroads",
    "collective_action.worlds.digits",
)
"""Modules, with all below them, that need PyTorch, or scikit-learn's digits."""
