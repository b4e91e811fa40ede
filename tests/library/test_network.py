"""Steering a network: exact gradients, independent rows, and the comparison with static data."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from collective_action.learners.network import (
    Crossroads,
    GradientControl,
    Replay,
    Schedule,
    SGDFirm,
    StaticPlanting,
    TanhNetwork,
    Teaching,
    compare,
    comparison,
    gradient_control,
    greedy,
    interval,
    knowledge,
    prepare,
    search,
    search_static,
    success_and_accuracy,
    train,
)

pytestmark = [pytest.mark.numerical, pytest.mark.slow]

ALPHA = 0.25


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Keep PyTorch to one thread, and put its number back."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def campaign():
    """Return two firms at rest and where they should go."""
    return prepare(SGDFirm(Crossroads(), TanhNetwork(2)), seeds=(0, 1), steps=3000, trials=12)


def some(network, rows=3, n=20, seed=0):
    generator = torch.Generator().manual_seed(seed)
    kwargs = {"generator": generator, "dtype": torch.float64}
    theta = torch.randn(rows, network.parameters, **kwargs)
    features = torch.randn(rows, n, 2, **kwargs)
    return theta, features, torch.randint(2, (rows, n), generator=generator).double()


@pytest.mark.parametrize("hidden", [1, 2, 5])
def test_gradients_are_those_of_autograd(hidden):
    network = TanhNetwork(hidden)
    theta, features, labels = some(network)
    exact = network.record_gradients(theta, features, labels)
    leaf = theta.clone().requires_grad_()
    losses = torch.nn.functional.binary_cross_entropy_with_logits(
        network.logits(leaf, features), labels, reduction="none"
    )
    for row in range(3):
        for record in (0, 7):
            (slope,) = torch.autograd.grad(losses[row, record], leaf, retain_graph=True)
            torch.testing.assert_close(exact[row, record], slope[row], atol=1e-12, rtol=1e-10)
    torch.testing.assert_close(network.mean_gradient(theta, features, labels), exact.mean(1))


def test_the_nearest_copy_is_the_same_function_and_the_nearest_of_all():
    network = TanhNetwork(3)
    theta, features, _ = some(network)
    other = some(network, seed=1)[0]
    copy = network.nearest_copy(theta, other)
    torch.testing.assert_close(network.logits(copy, features), network.logits(other, features))
    w, b, a, c = (x[0] for x in network.layers(other[:1]))
    distances = []
    for order in ([0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]):
        for signs in np.ndindex(2, 2, 2):
            s = 1 - 2 * torch.tensor(signs, dtype=torch.float64)
            flat = [(w * s[:, None])[order].flatten(), (b * s)[order], (a * s)[order], c[None]]
            distances.append((torch.cat(flat) - theta[0]).norm())
    torch.testing.assert_close((copy[0] - theta[0]).norm(), min(distances))


def test_greedy_comes_close_to_what_the_linear_programme_can_do():
    from scipy.optimize import nnls

    network = TanhNetwork(2)
    theta = some(network, rows=1)[0]
    features, labels = (x[None] for x in Crossroads().grid(7))
    gradients = network.record_gradients(theta, features, labels)
    weights = torch.rand(gradients.shape[1], generator=torch.Generator().manual_seed(2)).double()
    inside = ((weights / weights.sum()) @ gradients[0])[None]
    missed = []
    for n in (1, 8, 64):
        chosen = greedy(gradients, inside, n)
        missed.append(float((gradients[0, chosen[0]].mean(0) - inside[0]).norm()))
    assert missed[0] > missed[1] > missed[2]
    assert missed[2] < 0.05 * missed[0]
    far = 50 * inside
    chosen = gradients[0, greedy(gradients, far, 64)[0]].mean(0)
    tied = np.vstack([gradients[0].T.numpy(), 1e4 * np.ones(gradients.shape[1])])
    _, least = nnls(tied, np.append(far[0].numpy(), 1e4))
    assert float((chosen - far[0]).norm()) < 1.01 * least + 1e-6


def test_a_row_does_not_depend_on_its_company(campaign):
    firm = campaign.firm
    both = train(firm, campaign.start, 130, campaign.seeds, StaticPlanting(firm.world), ALPHA)
    alone = train(
        firm, campaign.start[1:], 130, campaign.seeds[1:], StaticPlanting(firm.world), ALPHA
    )
    torch.testing.assert_close(both.final[1:], alone.final)
    assert both.features.shape == (2, 130, round(ALPHA * firm.batch), 2)
    assert both.steps.tolist() == [0, 100, 130]


def test_the_firm_descends_the_risk_of_the_mixture(campaign):
    firm = SGDFirm(campaign.firm.world, TanhNetwork(2, penalty=0.05), step_size=0.1, batch=10)
    result = train(firm, campaign.start, 1, campaign.seeds, StaticPlanting(firm.world), 1.0)
    gradient = firm.network.mean_gradient(
        campaign.start, result.features[:, 0], result.labels[:, 0]
    )
    expected = campaign.start - 0.1 * (gradient + 0.05 * campaign.start)
    torch.testing.assert_close(result.final, expected)


@pytest.mark.parametrize(("alpha", "members"), [(0.28, 3), (0.22, 2)])
def test_the_members_share_of_a_batch_is_rounded(campaign, alpha, members):
    firm = SGDFirm(campaign.firm.world, campaign.firm.network, batch=10)
    trained = train(firm, campaign.start, 2, campaign.seeds, StaticPlanting(firm.world), alpha)
    assert trained.features.shape == (2, 2, members, 2)


def test_members_draw_other_records_than_the_others_and_look_when_they_say(campaign):
    world = campaign.firm.world

    class Sampling:
        look_every = 3

        def submit(self, theta, n, step, generators):
            return torch.stack([world.population(n, g)[0] for g in generators]), theta[:, :n]

    trained = train(campaign.firm, campaign.start, 6, campaign.seeds, Sampling(), 0.02)
    for row, seed in enumerate(campaign.seeds):
        others = world.population(12_800, torch.Generator().manual_seed(seed))[0]
        assert not torch.isin(trained.features[row], others).any()
    for first in (0, 3):
        for step in (first + 1, first + 2):
            torch.testing.assert_close(trained.features[:, step], trained.features[:, first])
    assert (trained.features[:, 3] != trained.features[:, 0]).all()


def test_the_population_stays_in_the_square():
    features, _ = Crossroads(spread=2.0).population(2000, torch.Generator().manual_seed(0))
    assert features.abs().max() == Crossroads().limit


@pytest.mark.parametrize("distance", [0.25, 1.0, 4.0])
def test_steering_asks_for_the_gradient_of_the_theory(campaign, distance):
    """Beyond a distance of 1 the pull is as strong everywhere, within it fades with the gap."""
    collective = gradient_control(campaign, ALPHA)
    away = campaign.start - campaign.target
    theta = campaign.target + distance * away / away.norm(dim=1, keepdim=True)
    features, labels = (x.expand(2, *x.shape) for x in campaign.sample)
    network = campaign.firm.network
    base = network.mean_gradient(theta, features, labels)
    mixed = ALPHA * collective.wanted(theta) + (1 - ALPHA) * base + network.penalty * theta
    strength = collective.pull * min(distance, 1)
    torch.testing.assert_close(mixed, strength * (theta - campaign.target) / distance)


def test_steering_slows_down_within_distance_one_of_its_target(campaign):
    collective = gradient_control(campaign, 1.0)
    gap = torch.full_like(campaign.target, 0.1)
    theta = campaign.target + gap
    mixed = collective.wanted(theta) + campaign.firm.network.penalty * theta
    torch.testing.assert_close(mixed, 0.3 * gap)


def test_steering_reaches_what_static_data_of_the_same_mass_do_not(campaign):
    table = compare(campaign, alphas=[ALPHA], steps=1000)
    mean = table.groupby("strategy")[["success", "accuracy", "released_success"]].mean()
    assert mean.loc["steering"].min() > 0.9
    assert mean.loc[["none", "planting", "teaching", "replay"], "success"].max() < 0.1
    assert mean.loc["none", "accuracy"] > 0.95
    assert len(table) == 5 * 2
    assert set(table["seed"]) == set(campaign.seeds)


def test_no_static_plan_of_a_small_search_does_both(campaign):
    table = search_static(campaign, ALPHA, plans=40, steps=800)
    both = table[["success", "accuracy"]].min(axis=1)
    assert (both.diff().dropna() <= 0).all()
    assert both[0] < 0.9
    assert {len(places) for places in table["places"]} == {1, 2, 3}
    # The search would have seen a plan that works: for a collective that is everybody, one does.
    assert search_static(campaign, 1.0, plans=40, steps=800)["success"].max() > 0.9


def test_the_records_of_a_plan_are_at_its_places_and_scatter_in_the_square(campaign, monkeypatch):
    submitted = []

    def watched(firm, theta, steps, seeds, collective, alpha):
        submitted.append(collective.features)
        return train(firm, theta, steps, seeds, collective, alpha)

    monkeypatch.setattr(search, "train", watched)
    table = search_static(campaign, ALPHA, plans=4, steps=1, spread=0.0)
    places = {place[:2] for places in table["places"] for place in places}
    assert {tuple(record) for record in submitted[0].flatten(0, 1).tolist()} == places
    search_static(campaign, ALPHA, plans=4, steps=1, spread=9.0)
    assert submitted[1].abs().max() == campaign.firm.world.limit


def test_half_the_mass_is_too_little_and_costs_accuracy(campaign):
    collective = gradient_control(campaign, 0.1)
    final = train(campaign.firm, campaign.start, 1000, campaign.seeds, collective, 0.1).final
    success, accuracy = success_and_accuracy(campaign.firm, final)
    assert success.max() < 0.1
    assert accuracy.max() < 0.95
    assert ((final - campaign.target).norm(dim=1) > 1).all()


def test_planting_is_enough_for_a_wider_network():
    wide = prepare(SGDFirm(Crossroads(), TanhNetwork(4)), seeds=(0,), steps=2000, trials=12)
    planted = train(wide.firm, wide.start, 3000, wide.seeds, StaticPlanting(wide.firm.world), 0.1)
    success, accuracy = success_and_accuracy(wide.firm, planted.final)
    assert success.item() > 0.9
    assert accuracy.item() > 0.95


def test_knowledge_lists_every_look_and_the_blind_schedule(campaign):
    table = knowledge(campaign, ALPHA, looks=[10], steps=600)
    assert table["strategy"].tolist() == ["look every 10"] * 2 + ["schedule"] * 2
    assert table.loc[table["strategy"] == "look every 10", "success"].min() > 0.9


def test_static_collectives_submit_what_they_say(campaign):
    world, network = campaign.firm.world, campaign.firm.network
    draws = [torch.Generator().manual_seed(s) for s in campaign.seeds]
    features, labels = Teaching(world, network, campaign.target).submit(
        campaign.start, 50, 0, draws
    )
    assert features.abs().max() <= world.limit
    torch.testing.assert_close(labels, (network.logits(campaign.target, features) > 0).double())
    pool = torch.arange(12.0).reshape(2, 3, 2).double(), torch.zeros(2, 3).double()
    drawn, _ = Replay(*pool).submit(campaign.start, 40, 0, draws)
    for row in range(2):
        assert {tuple(x) for x in drawn[row].tolist()} == {tuple(x) for x in pool[0][row].tolist()}
    timed = Schedule(pool[0][:, :, None], pool[1][:, :, None])
    torch.testing.assert_close(timed.submit(campaign.start, 1, 1, draws)[0], pool[0][:, [1]])
    torch.testing.assert_close(timed.submit(campaign.start, 1, 9, draws)[0], pool[0][:, [2]])


def test_a_rehearsal_and_what_follows_have_draws_of_their_own(campaign, monkeypatch):
    asked = []

    def watched(firm, theta, steps, seeds, collective=None, alpha=0.0):
        asked.append((type(collective).__name__, steps, alpha, frozenset(seeds)))
        return train(firm, theta, steps, seeds, collective, alpha)

    monkeypatch.setattr(comparison, "train", watched)
    knowledge(campaign, ALPHA, looks=[2], steps=6)
    collectives = ["GradientControl", "NoneType", "GradientControl", "Schedule", "NoneType"]
    assert [name for name, *_ in asked] == collectives
    assert [steps for _, steps, *_ in asked] == [6, 3, 6, 6, 3]
    assert [alpha for _, _, alpha, _ in asked] == [ALPHA, 0, ALPHA, ALPHA, 0]
    draws = [seeds for *_, seeds in asked]
    assert draws[0] == draws[3] == set(campaign.seeds)
    assert draws[1] == draws[4]
    assert len(draws[0] | draws[1] | draws[2]) == 3 * len(campaign.seeds)


def test_an_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(2000):
        mean, low, high = interval(rng.normal(0.5, 0.05, size=6))
        assert low < mean < high
        covered += low <= 0.5 <= high
    assert 0.94 < covered / 2000 < 0.96
    assert interval([1.0, 1.0, 0.9])[2] == 1.0


def test_the_package_itself_does_not_import_torch():
    code = (
        "import sys; from collective_action.learners import descent, risk;"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda c: TanhNetwork(0), "hidden is 0"),
        (lambda c: TanhNetwork(2, -1.0), "penalty is -1.0"),
        (lambda c: TanhNetwork(3).logits(c.start, torch.zeros(2, 1, 2)), r"it must be \(R, 13\)"),
        (lambda c: Crossroads(spread=0.0), "spread is 0.0"),
        (lambda c: SGDFirm(c.firm.world, c.firm.network, step_size=0.0), "step_size is 0.0"),
        (lambda c: train(c.firm, c.start, 1, [0]), "seeds has 1 entries"),
        (lambda c: train(c.firm, c.start, 1, [0, 1], None, 0.5), "alpha is 0.5"),
        (
            lambda c: train(c.firm, c.start, 1, [0, 1], StaticPlanting(c.firm.world), 0.001),
            "no member fits",
        ),
        (lambda c: gradient_control(c, 0.0), "alpha is 0.0"),
        (lambda c: gradient_control(c, 0.5, 0), "look_every is 0"),
        (
            lambda c: GradientControl(c.firm.network, c.target, 0.5, c.sample, c.sample, pull=0.0),
            "pull is 0.0",
        ),
        (lambda c: interval([0.5]), r"values has shape \(1,\)"),
        (lambda c: interval([0.5, 0.6], 1.0), "level is 1.0"),
    ],
)
def test_bad_input_is_named(campaign, make, message):
    with pytest.raises(ValueError, match=message):
        make(campaign)


@pytest.mark.parametrize(
    ("world", "steps", "trials"),
    [
        (Crossroads(), 5, 1),
        (Crossroads(spread=0.6), 150, 12),  # the best networks classify 92 % of it
        (Crossroads(centre_spread=0.7), 150, 12),  # every network labels a seventh of it otherwise
    ],
)
def test_a_contest_without_a_start_says_so(world, steps, trials):
    with pytest.raises(RuntimeError, match="Raise trials or steps"):
        prepare(SGDFirm(world, TanhNetwork(2)), seeds=(0,), steps=steps, trials=trials)
