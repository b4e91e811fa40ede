import numpy as np
import pytest
from scipy import stats

from collective_action.participation import Participation, equilibria, trajectory
from support.crowds import crowds

pytestmark = pytest.mark.numerical

N_CURVES = 1_000
CLOSE = 1e-9


def faults(path: np.ndarray, rests) -> list[str]:
    """Return what a path does that best responses should not: turn round, or pass a rest."""
    found = []
    steps = np.diff(path)
    if (steps > CLOSE).any() and (steps < -CLOSE).any():
        found.append("turns round")
    for rest in rests:
        below, above = (path < rest.low - CLOSE).any(), (path > rest.high + CLOSE).any()
        if below and above:
            found.append(f"passes the {rest.kind} point {rest.alpha}")
    return found


@pytest.mark.slow
def test_no_path_turns_round_or_passes_a_rest_on_a_thousand_random_curves():
    kinds = {"stable": 0, "tipping": 0, "touching": 0}
    for model, rng in crowds(seed=7, n=N_CURVES):
        rests = equilibria(model)
        for rest in rests:
            kinds[rest.kind] += 1
        rests = [rest for rest in rests if rest.kind != "touching"]
        share = float(rng.choice([1.0, rng.uniform(0.05, 1)]))
        paths = trajectory(model, rng.random(6), 60, reconsider=share)
        for path in paths.T:
            assert faults(path, rests) == []
    assert kinds["stable"] > N_CURVES
    assert kinds["tipping"] > N_CURVES / 4


@pytest.mark.slow
def test_every_path_comes_to_rest_at_the_next_stable_point():
    compared = 0
    for model, rng in crowds(seed=8, n=50):
        rests = equilibria(model)
        if any(rest.kind == "touching" for rest in rests):
            continue
        stable = np.array([rest.alpha for rest in rests if rest.kind == "stable"])
        tipping = np.array([rest.alpha for rest in rests if rest.kind == "tipping"])
        starts = rng.random(8)
        starts = starts[[(abs(start - tipping) > 1e-3).all() for start in starts]]
        ends = trajectory(model, starts, 1_500, reconsider=0.9)[-1]
        for start, end in zip(starts, ends, strict=True):
            upwards = model.response(start) >= start
            next_rest = stable[stable >= start].min() if upwards else stable[stable <= start].max()
            assert end == pytest.approx(next_rest, abs=1e-3)
            compared += 1
    assert compared > 250


@pytest.mark.parametrize("reconsider", [0.3, 0.35, 0.7, 1.0])
def test_a_path_at_rest_does_not_drift_by_an_ulp(reconsider):
    """The first k of 30 people like to be in whatever happens, the others never are."""
    for k in range(31):
        model = Participation(np.sqrt, np.repeat([-1.0, 2.0], [k, 30 - k]))
        path = trajectory(model, k / 30, 20, reconsider=reconsider)
        assert (path == k / 30).all()


def test_a_path_that_overshoots_would_be_noticed():
    model = Participation(lambda alphas: 0.3 + 0.4 * alphas, stats.uniform())
    rests = equilibria(model)
    assert [rest.kind for rest in rests] == ["stable"]
    path = [0.9]
    for _ in range(20):
        path.append(float(path[-1] + 2.5 * (model.response(path[-1]) - path[-1])))
    assert len(faults(np.array(path), rests)) == 2
    assert faults(trajectory(model, 0.9, 20), rests) == []


def test_a_round_moves_the_share_that_reconsiders():
    model = Participation(lambda alphas: alphas**2, 0.25)
    np.testing.assert_allclose(trajectory(model, 0.6, 2, reconsider=0.25), [0.6, 0.7, 0.775])
    np.testing.assert_allclose(trajectory(model, [0.4, 0.6], 1), [[0.4, 0.6], [0.0, 1.0]])
    assert trajectory(model, [[0.4], [0.6]], 3).shape == (4, 2, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"start": 1.2}, r"start is 1\.2: it must be in \[0, 1\]"),
        ({"rounds": -1}, r"rounds is -1: it must be a whole number, at least 0"),
        ({"rounds": 1.5}, r"rounds is 1\.5: it must be a whole number, at least 0"),
        ({"reconsider": 0.0}, r"reconsider is 0\.0: it must be in \(0, 1\]"),
        ({"reconsider": 1.1}, r"reconsider is 1\.1: it must be in \[0, 1\]"),
    ],
)
def test_bad_input_is_refused(arguments, message):
    given = {"start": 0.5, "rounds": 3, "reconsider": 1.0} | arguments
    with pytest.raises(ValueError, match=message):
        trajectory(Participation(np.sqrt, 0.3), **given)
