import pytest

from collective_action import bounds
from collective_action.counterexamples import (
    erasing_without_crowding,
    erasing_without_idempotence,
    mixture_slack_in_the_joint_law,
)
from collective_action.learners.optimal.suboptimality import suboptimality
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
