"""Relay's stairs: what the model learns from them, and what a courier may record."""

import numpy as np
import pytest

from collective_action.learners import risk
from collective_action.worlds import relay_stairs

pytestmark = pytest.mark.numerical


def test_least_squares_learns_the_running_line():
    learned = risk.minimiser(risk.Squared(), relay_stairs.deliveries())
    assert learned == pytest.approx(np.array(relay_stairs.RUNNING), abs=1e-12)


def test_every_floor_may_be_recorded_with_both_ends_of_the_clock():
    x, minutes = relay_stairs.extremes(15)
    assert x.shape == (14, 2)
    assert set(zip(x[:, 1], minutes, strict=True)) == {
        (floor - 3, end) for floor in relay_stairs.FLOORS for end in (-15, 15)
    }


def test_a_clock_without_room_is_refused():
    with pytest.raises(ValueError, match="limit is 0"):
        relay_stairs.extremes(0)


@pytest.mark.parametrize("slope", [0.0, 1.0])
def test_the_steepest_record_where_floors_do_not_matter(slope):
    """With θ and the direction along the intercept alone, a box casts a single shadow."""
    box = risk.Box(np.array([1.0, -3.0]), np.array([1.0, 3.0]))
    menu = risk.anything(relay_stairs.deliveries(), box, [-15, 15])
    best = risk.furthest(risk.Squared(), np.array([3.0, slope]), np.array([1.0, 0.0]), menu)
    assert best.gradient[0] == pytest.approx(18 + 3 * slope)
