"""Relay, the platform of Parts I and II: what its chapters rely on."""

import numpy as np
import pytest

from collective_action import bounds
from collective_action.strategies import Signal
from collective_action.worlds import couriers

pytestmark = pytest.mark.numerical


@pytest.mark.parametrize("uniqueness", [0.0, 1e-6, 0.01, 0.3])
@pytest.mark.parametrize("gap", [0.0, 0.35, 0.85])
def test_the_two_parameters_are_the_theorems_own(uniqueness, gap):
    reports = couriers.reports(uniqueness, gap)
    signal = Signal(couriers.write("juniper"), target=couriers.BUILDING)
    assert bounds.uniqueness(reports, signal) == pytest.approx(uniqueness, abs=1e-15)
    expected = gap if uniqueness else 0.0
    assert bounds.suboptimality_gap(reports, signal) == pytest.approx(expected, abs=1e-12)


def test_a_map_changes_one_field_and_is_idempotent():
    table = couriers.describe()
    for g, field, value in (
        (couriers.write("lift broken"), "note", "lift broken"),
        (couriers.move_to("Hill"), "district", "Hill"),
    ):
        moved = table.iloc[g].reset_index(drop=True)
        assert (moved[field] == value).all()
        others = [column for column in table if column != field]
        assert moved[others].equals(table[others])
        assert np.array_equal(g[g], g)


def test_find_names_the_row_that_describe_shows():
    wanted = {"district": "Harbour", "weather": "rain", "hour": "lunch", "note": "juniper"}
    assert couriers.describe().iloc[couriers.find(**wanted)].to_dict() == wanted


def test_members_round_up():
    assert [couriers.members(a) for a in (0, 1e-9, 1 / 40_000, 0.5, 1)] == [0, 1, 1, 20_000, 40_000]


def test_juniper_resists_differently_at_each_place_and_hour():
    reports = couriers.reports(0.01, 0.6)
    points = np.unique(couriers.write("juniper"))
    rows = reports.conditional[points]
    gaps = rows.max(axis=1) - rows[:, couriers.BUILDING]
    assert np.unique(gaps.round(12)).size == points.size == 16


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: couriers.reports(uniqueness=1.2), "uniqueness"),
        (lambda: couriers.reports(uniqueness=1.0), "uniqueness is 1"),
        (lambda: couriers.reports(gap=0.9), "gap is 0.9"),
        (lambda: couriers.write("hello"), "'hello' is not one of"),
        (lambda: couriers.find("Hill", "snow", "lunch", "juniper"), "'snow' is not one of"),
        (lambda: couriers.members(2), "alpha"),
        (lambda: couriers.move_to("Mars"), "'Mars' is not one of"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_share_of_whole_couriers_is_that_many_and_a_little_more_is_one_more():
    counts = np.arange(couriers.N_COURIERS + 1)
    shares = counts / couriers.N_COURIERS
    assert [couriers.members(share) for share in shares] == counts.tolist()
    assert [couriers.members(share + 1e-9) for share in shares[:-1]] == (counts[:-1] + 1).tolist()
