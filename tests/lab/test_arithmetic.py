"""What another processor may change: a run in the transition, and not the mean of eight."""

from collections import defaultdict

import numpy as np
import pytest

from collective_lab import experiment, results

pytestmark = [pytest.mark.numerical, pytest.mark.slow]


def successes(records):
    """Return the success of each record."""
    return np.array([record.outcome.success for record in records])


def test_eight_seeds_in_the_transition_have_the_recorded_mean():
    """`tiny` after one pass, at the size whose recorded success is nearest to one half.

    The new mean is within three standard errors, those of both means together.
    """
    conditions = defaultdict(list)
    for record in results.restore("tiny", "epochs"):
        if record.configuration.epochs == 1 and record.configuration.strategy == "feature-label":
            conditions[record.configuration.but(seed=0)].append(record)
    middle, records = min(conditions.items(), key=lambda item: abs(successes(item[1]).mean() - 0.5))
    old = successes(records)
    assert len(old) >= 8 and old.std() > 0.1
    units = experiment.tasks([middle.but(seed=seed) for seed in range(8)])
    new = successes([record for unit in units for record in experiment.run_together(unit)])
    assert len(new) == 8
    error = np.sqrt(new.var(ddof=1) / len(new) + old.var(ddof=1) / len(old))
    assert abs(new.mean() - old.mean()) <= 3 * error
