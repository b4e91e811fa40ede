"""Student's t interval, against quantiles that have a closed form."""

import numpy as np
import pytest

from collective_action.teaching.intervals import interval

pytestmark = pytest.mark.numerical


@pytest.mark.parametrize("level", [0.2, 0.5, 0.7])
def test_an_interval_of_two_values_is_cauchys(level):
    """With one degree of freedom t is Cauchy's: its quantile is tan(π·level/2). The error is .1."""
    reach = 0.1 * np.tan(np.pi * level / 2)
    assert interval([0.4, 0.6], level) == pytest.approx((0.5, 0.5 - reach, 0.5 + reach))


def test_an_interval_of_three_values_has_two_degrees_of_freedom():
    """Their quantile at p is (2p − 1)·√(2 / (4p(1 − p))), here with p = .75; the error is .1/√3."""
    reach = 0.1 / np.sqrt(3) * 0.5 * np.sqrt(2 / 0.75)
    assert interval([0.4, 0.5, 0.6], 0.5) == pytest.approx((0.5, 0.5 - reach, 0.5 + reach))


def test_an_interval_is_at_95_percent_and_among_the_fractions():
    assert interval([0.4, 0.6]) == (pytest.approx(0.5), 0.0, 1.0)
    assert interval([0.49, 0.5, 0.51]) == interval([0.49, 0.5, 0.51], 0.95)
