import itertools
from fractions import Fraction

import pytest

from collective_action import bounds
from collective_action.counterexamples import (
    erasing_at_every_crowding,
    erasing_without_crowding,
    erasing_without_idempotence,
    mixture_slack_in_the_joint_law,
)
from collective_action.firm import WITH_SLACK, Firm
from collective_action.learners.optimal.suboptimality import suboptimality
from collective_action.learners.optimal.worst_case import worst_case
from collective_action.population import Population

pytestmark = pytest.mark.numerical


@pytest.mark.parametrize(
    ("counterexample", "promised", "truth"),
    [
        # 1 − 0.4/0.6 − (0.15/0.85)/0.6 against nothing.
        (mixture_slack_in_the_joint_law, 0.0392, 0.0),
        # 1 − 2·0.1/0.5 against the tenth who are never sent anywhere.
        (erasing_without_crowding, 0.6, 0.1),
        # 1 − 2·(0.1/0.9)·1 against nothing.
        (erasing_without_idempotence, 0.7778, 0.0),
    ],
)
def test_the_false_statement_promises_more_than_it_gets(counterexample, promised, truth):
    case = counterexample()
    found = case.truth()
    assert found.exact
    assert found.upper == pytest.approx(truth)
    assert case.promised == pytest.approx(promised, abs=1e-4)
    assert case.promised > found.upper


def test_the_firm_of_the_first_counterexample_is_within_its_tolerance_only_in_the_joint_law():
    case = mixture_slack_in_the_joint_law()
    seen = case.population.mix(case.strategy.law(case.population), case.alpha)
    assert suboptimality(seen, [0], "joint") == pytest.approx(0.1)
    assert suboptimality(seen, [0], "mixture") == pytest.approx(1 / 6)
    assert case.firm.epsilon == 0.15
    # The law that explains it at exactly ε: a tie is not even needed.
    explains = Population([[0.55, 0.45]])
    assert seen.total_variation(explains) == pytest.approx(case.firm.epsilon)


def test_the_true_statements_hold_in_the_same_worlds():
    first = mixture_slack_in_the_joint_law()
    right = bounds.feature_label(first.alpha, gap=1, uniqueness=1, firm=first.firm)
    assert right <= first.truth().upper
    second = erasing_without_crowding()
    crowding = bounds.crowding(second.population, second.strategy.g)
    assert crowding == pytest.approx(10)
    for form in (bounds.erasure, bounds.erasure_sharp):
        right = form(second.alpha, distance=0, crowding=crowding, firm=second.firm)
        assert right <= second.truth().upper
    third = erasing_without_idempotence()
    assert (third.strategy.g[third.strategy.g] != third.strategy.g).any()


def least_in_the_crowded_city(kappa, share, alpha, slack):
    """Try every firm in exact rationals: three features, two labels, members file label 0."""
    places = [share, (kappa - 1) * share, 1 - kappa * share]
    lead = [alpha * place for place in places]  # half and half, so only members tip the scales
    return min(
        1 - places[1] * (answers[0] != answers[1])
        for answers in itertools.product((0, 1), repeat=3)
        if sum(m for m, answer in zip(lead, answers, strict=True) if answer) <= slack
    )


@pytest.mark.parametrize("near", WITH_SLACK)
@pytest.mark.parametrize("kappa", [Fraction(2), Fraction(9, 4), Fraction(3), 7, 50])
def test_in_the_crowded_city_every_firm_in_rationals_leaves_what_the_sharper_bound_does(
    kappa, near
):
    kappa, share = Fraction(kappa), Fraction(1, 60)
    slack = share * Fraction(2, 5)
    epsilon = slack / 2 if near == "joint" else slack / (1 + slack)
    firm = Firm(float(epsilon), near)
    lost = (kappa - 1) * share
    for alpha, left in (
        (slack / share, 1 - lost),
        (slack / share * Fraction(999, 1000), 1 - lost),
        (slack / share * Fraction(1001, 1000), 1),
        (Fraction(1), 1),
    ):
        assert least_in_the_crowded_city(kappa, share, alpha, slack) == left
        if kappa == 2:  # the sharper bound holds with κ left out: nothing to refute
            continue
        case = erasing_at_every_crowding(float(kappa), float(share), firm)
        found = worst_case(case.population, case.strategy, float(alpha), firm)
        assert found.exact
        assert found.upper == pytest.approx(float(left))
        crowding = bounds.crowding(case.population, case.strategy.g)
        assert crowding == pytest.approx(float(kappa))
        assert bounds.erasure_distance(case.population, case.strategy.g) == 0
        sharp = bounds.erasure_sharp(float(alpha), distance=0, crowding=crowding, firm=firm)
        assert sharp <= found.upper + 1e-9
        if alpha == slack / share:
            assert case.alpha == pytest.approx(float(alpha))
            assert sharp == pytest.approx(found.upper)
            assert case.promised > found.upper


@pytest.mark.parametrize("wanted", [0.4, 0.9, 0.99])
def test_some_city_of_each_crowding_needs_nearly_all_of_the_members_that_the_bound_asks_for(wanted):
    firm, kappa = Firm(1e-4), 8.0
    asked = firm.budget * (kappa - 1) / (1 - wanted)
    share = (1 - wanted) / (kappa - 1) * 1.001
    case = erasing_at_every_crowding(kappa, share, firm)
    assert case.alpha == pytest.approx(asked / 1.001)
    for alpha, reached in ((0.998 * asked, False), (1.002 * asked, True)):
        found = worst_case(case.population, case.strategy, alpha, firm)
        assert found.exact
        assert (found.lower >= wanted) == reached
    # An optimal firm has nothing against it, at any size.
    assert worst_case(case.population, case.strategy, 1e-6, Firm()).lower == pytest.approx(1)


@pytest.mark.parametrize(
    ("crowding", "reference", "epsilon", "message"),
    [
        (2, 0.1, 0.01, r"crowding is 2\.0: it must be above 2"),
        (4, 0.3, 0.01, r"reference is 0\.3: it must be at most 1/crowding = 0\.25"),
        (4, 0.01, 0.1, r"reference is 0\.01: it must be at least 0\.2"),
        (4, 0.2, 0.0, r"c\(ε\) of firm is 0\.0: it must be above 0"),
    ],
)
def test_a_crowded_city_that_cannot_be_is_refused(crowding, reference, epsilon, message):
    with pytest.raises(ValueError, match=message):
        erasing_at_every_crowding(crowding, reference, Firm(epsilon))
