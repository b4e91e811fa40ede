"""Setting I of the paper, Theorems 1, 3 and 5: what a collective of size α is guaranteed.

The guarantees for an exact firm, and their critical masses, are the paper's (Theorems 1, 3 and 5),
except the two `_sharp` forms, which are ours. For a firm that is only near-optimal, how much each
guarantee loses is proved in this book from the three definitions of `firm.Firm`; those constants
are not quotations. In the formulas below c(ε) is `Firm.slack`, and 0 for a pointwise firm; o = 2ε
for a pointwise firm, and 0 for the others. At ε ≥ 1/2 a pointwise firm may answer anything.

A guarantee is returned as its formula stands. Below 0 it says nothing, and at α = 0 it is −inf.
Parameters broadcast against each other as NumPy arrays do.
"""

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation
from collective_action.firm import EXACT, Firm
from collective_action.population import Population
from collective_action.strategies import (
    Signal,
    carried_target_mass,
    signal_map,
    signal_mass,
)
from collective_action.strategies.erasure import require_places
from collective_action.strategies.signal import require_fits


def uniqueness(population: Population, signal: Signal) -> float:
    """Return ξ = P₀(X*), the share of people who carry the signal already, in [0, 1]."""
    require_fits(population, signal)
    return min(float(population.marginal[signal.points].sum()), 1.0)


def suboptimality_gap(population: Population, signal: Signal) -> float:
    """Return Δ = max_{x∈X*} [max_y P₀(y | x) − P₀(y* | x)], in [0, 1].

    Signal points that nobody has leave P₀(y | x) undefined and never resist: they are skipped.
    """
    require_fits(population, signal)
    points = signal.points[population.marginal[signal.points] > 0]
    rows = population.joint[points]
    gaps = (rows.max(axis=1) - rows[:, signal.target]) / population.marginal[points]
    return float(gaps.max(initial=0.0))


def carried_gap(population: Population, signal: Signal) -> float:
    """Return Δ̄, the largest gap of y* among the people whom g sends to one signal point, in [0, 1].

    max over x with P_g(x) > 0 of [max_y Pr(g(X) = x, Y = y) − Pr(g(X) = x, Y = y*)]/P_g(x).
    """
    require_fits(population, signal)
    sent = signal_mass(population, signal)
    carried = np.zeros_like(population.joint)
    np.add.at(carried, signal.g, population.joint)
    lags = carried.max(axis=1) - carried[:, signal.target]
    reached = sent > 0
    return min(float((lags[reached] / sent[reached]).max()), 1.0)


def positivity(population: Population, signal: Signal) -> float:
    """Return p = min P₀(y* | x) over the features x that somebody has, in [0, 1]."""
    require_fits(population, signal)
    held = population.marginal > 0
    return float((population.joint[held, signal.target] / population.marginal[held]).min())


def carried_positivity(population: Population, signal: Signal) -> float:
    """Return p̄, the least share of y* among the people whom g sends to one signal point, in [0, 1].

    min over x with P_g(x) > 0 of q(x)/P_g(x), where q(x) = Pr[g(X) = x, Y = y*]; at least p.
    """
    require_fits(population, signal)
    sent = signal_mass(population, signal)
    reached = sent > 0
    return float((carried_target_mass(population, signal)[reached] / sent[reached]).min())


def erasure_distance(population: Population, g: Signal | ArrayLike) -> float:
    """Return τ = E_{x~P₀} max_y |P₀(y | x) − P₀(y | g(x))|, in [0, 1].

    Parameters
    ----------
    population
        The base population P₀.
    g
        An integer array (n_features,) or a `Signal`.

    Raises
    ------
    ValueError
        If g does not fit or sends people to a feature that nobody has.
    """
    require_places(population, signal_map(g))
    held = np.flatnonzero(population.marginal)
    conditional = population.conditional
    distance = np.abs(conditional[held] - conditional[signal_map(g)[held]]).max(axis=1)
    return float(population.marginal[held] @ distance)


def crowding(population: Population, g: Signal | ArrayLike) -> float:
    """Return κ = max(1, max_{x∈X*} P_g(x)/P₀(x)), at least 1.

    How many people g sends to one feature for each person who is there already. Only the guarantee
    for erasing against a near-optimal firm needs it. Parameters and errors as `erasure_distance`.
    """
    require_places(population, signal_map(g))
    sent = signal_mass(population, g)
    reached = sent > 0
    return float(max(1.0, (sent[reached] / population.marginal[reached]).max()))


def feature_label(
    alphas: ArrayLike,
    *,
    gap: ArrayLike,
    uniqueness: ArrayLike,
    firm: Firm = EXACT,
) -> np.ndarray:
    """Theorem 1: S(α) ≥ 1 − ((1−α)·(Δ+o)ξ + c(ε)) / ((1−o)·α); what depends on ε is ours.

    Parameters
    ----------
    alphas
        Collective sizes in [0, 1].
    gap, uniqueness
        Δ and ξ, in [0, 1].
    firm
        How far from optimal the firm may be.
    """
    alpha, delta, xi = _fractions(alphas=alphas, gap=gap, uniqueness=uniqueness)
    each, slack = _errors(firm)
    return 1 - _ratio((1 - alpha) * (delta + each) * xi + slack, _firmly(firm) * alpha)


def feature_label_critical_mass(
    success: ArrayLike,
    *,
    gap: ArrayLike,
    uniqueness: ArrayLike,
    firm: Firm = EXACT,
) -> np.ndarray:
    """Corollary 2: the smallest α for which `feature_label` is at least S*, inf if none is.

    ((Δ+o)ξ + c(ε)) / ((1−o)(1−S*) + (Δ+o)ξ); with ε = 0 this is the paper's. Parameters as
    `feature_label`, `success` in [0, 1].
    """
    wanted, delta, xi = _fractions(success=success, gap=gap, uniqueness=uniqueness)
    each, slack = _errors(firm)
    lead = (delta + each) * xi
    return _attainable(_ratio(lead + slack, _firmly(firm) * (1 - wanted) + lead, at_zero=0.0), firm)


def feature_only(
    alphas: ArrayLike,
    *,
    positivity: ArrayLike,
    uniqueness: ArrayLike,
    firm: Firm = EXACT,
) -> np.ndarray:
    """Theorem 3: S(α) ≥ 1 − ((1+o)(1−p)ξ + c(ε)) / ((1−o)·pα); what depends on ε is ours.

    Parameters
    ----------
    alphas
        Collective sizes in [0, 1].
    positivity, uniqueness
        p and ξ, in [0, 1].
    firm
        How far from optimal the firm may be.
    """
    alpha, p, xi = _fractions(alphas=alphas, positivity=positivity, uniqueness=uniqueness)
    each, slack = _errors(firm)
    return 1 - _ratio((1 + each) * (1 - p) * xi + slack, _firmly(firm) * p * alpha)


def feature_only_critical_mass(
    success: ArrayLike,
    *,
    positivity: ArrayLike,
    uniqueness: ArrayLike,
    firm: Firm = EXACT,
) -> np.ndarray:
    """Return the smallest α for which `feature_only` is at least S*, inf if none is.

    ((1+o)(1−p)ξ + c(ε)) / ((1−o)·p(1−S*)), from Theorem 3. Parameters as `feature_only`, `success`
    in [0, 1].
    """
    wanted, p, xi = _fractions(success=success, positivity=positivity, uniqueness=uniqueness)
    each, slack = _errors(firm)
    need, win = (1 + each) * (1 - p) * xi + slack, _firmly(firm) * p * (1 - wanted)
    return _attainable(_ratio(need, win, at_zero=_zero_if_sure(p)), firm)


def feature_only_sharp(
    alphas: ArrayLike,
    *,
    positivity: ArrayLike,
    uniqueness: ArrayLike,
    firm: Firm = EXACT,
) -> np.ndarray:
    """Return our sharper form of Theorem 3.

    S(α) ≥ 1 − (max(0, 1−(2−α)p + o(1−αp))·ξ + c(ε)) / ((1−o)·pα). It counts the members' and the
    others' y* people who carry the signal already. Parameters as `feature_only`. It need not
    increase with α.
    """
    alpha, p, xi = _fractions(alphas=alphas, positivity=positivity, uniqueness=uniqueness)
    each, slack = _errors(firm)
    resisting = np.maximum(0.0, 1 - (2 - alpha) * p + each * (1 - alpha * p)) * xi
    return 1 - _ratio(resisting + slack, _firmly(firm) * p * alpha)


def leave(
    alphas: ArrayLike,
    *,
    gap: ArrayLike,
    uniqueness: ArrayLike,
    carried_positivity: ArrayLike,
    firm: Firm = EXACT,
) -> np.ndarray:
    """Return our guarantee for `Leave`: S(α) ≥ 1 − ((1−α)·(Δ+o)ξ + c(ε)) / ((1−o)·p̄α).

    Theorem 1 at the price 1/p̄, without touching labels. The strategy is that of Gauthier, Bach and
    Jordan (2025); their Theorem 3.5 has the statement for samples.

    Parameters
    ----------
    alphas
        Collective sizes in [0, 1].
    gap, uniqueness, carried_positivity
        Δ, ξ and p̄, in [0, 1].
    firm
        How far from optimal the firm may be.
    """
    alpha, delta, xi, p = _fractions(
        alphas=alphas, gap=gap, uniqueness=uniqueness, carried_positivity=carried_positivity
    )
    each, slack = _errors(firm)
    return 1 - _ratio((1 - alpha) * (delta + each) * xi + slack, _firmly(firm) * p * alpha)


def leave_critical_mass(
    success: ArrayLike,
    *,
    gap: ArrayLike,
    uniqueness: ArrayLike,
    carried_positivity: ArrayLike,
    firm: Firm = EXACT,
) -> np.ndarray:
    """Return the smallest α for which `leave` is at least S*, inf if none is.

    ((Δ+o)ξ + c(ε)) / ((1−o)·p̄(1−S*) + (Δ+o)ξ). Parameters as `leave`, `success` in [0, 1].
    """
    wanted, delta, xi, p = _fractions(
        success=success, gap=gap, uniqueness=uniqueness, carried_positivity=carried_positivity
    )
    each, slack = _errors(firm)
    lead = (delta + each) * xi
    win = _firmly(firm) * p * (1 - wanted) + lead
    return _attainable(_ratio(lead + slack, win, at_zero=_zero_if_sure(p)), firm)


def erasure(
    alphas: ArrayLike,
    *,
    distance: ArrayLike,
    crowding: ArrayLike | None = None,
    firm: Firm = EXACT,
) -> np.ndarray:
    """Theorem 5, for g∘g = g: S(α) ≥ 1 − (2(1−α)·τ + c(ε)(1+κ)) / (α−o); what depends on ε is ours.

    Against a pointwise firm it says nothing at α ≤ 2ε, and κ has no part in it: beyond that size no
    signal point can be overturned.

    Parameters
    ----------
    alphas
        Collective sizes in [0, 1].
    distance
        τ, in [0, 1].
    crowding
        κ, at least 1. Needed as soon as an epsilon of the firm is positive, unless it is pointwise.
    firm
        How far from optimal the firm may be.

    Raises
    ------
    ValueError
        If an argument is out of range, or crowding is missing where it is needed.
    """
    alpha, tau = _fractions(alphas=alphas, distance=distance)
    each, slack = _errors(firm)
    price = slack * (1 + _crowding(crowding, firm))
    return 1 - _ratio(2 * (1 - alpha) * tau + price, np.maximum(0.0, alpha - each))


def erasure_sharp(
    alphas: ArrayLike,
    *,
    distance: ArrayLike,
    crowding: ArrayLike | None = None,
    firm: Firm = EXACT,
) -> np.ndarray:
    """Return our sharper form of Theorem 5, with max(1, κ−1) in place of 1+κ.

    A firm that answers a signal point s differently fails the P_g(s) − P₀(s) people whom g sends
    there from elsewhere, for at least αP₀(s) of margin. At every κ ≥ 2 some city loses all of it,
    see `counterexamples.erasing_at_every_crowding`. Parameters and errors as `erasure`, which it
    equals against a pointwise firm.
    """
    alpha, tau = _fractions(alphas=alphas, distance=distance)
    failed = np.maximum(1.0, _crowding(crowding, firm) - 1)
    each, slack = _errors(firm)
    return 1 - _ratio(2 * (1 - alpha) * tau + slack * failed, np.maximum(0.0, alpha - each))


def erasure_critical_mass(
    success: ArrayLike,
    *,
    distance: ArrayLike,
    crowding: ArrayLike | None = None,
    firm: Firm = EXACT,
) -> np.ndarray:
    """Return the infimum of the α for which `erasure` is at least S*, inf if there is none.

    (2τ + c(ε)(1+κ) + o(1−S*)) / (1−S* + 2τ), from Theorem 5. Parameters and errors as `erasure`,
    `success` in [0, 1].
    """
    wanted, tau = _fractions(success=success, distance=distance)
    each, slack = _errors(firm)
    need = 2 * tau + slack * (1 + _crowding(crowding, firm)) + each * (1 - wanted)
    return _attainable(_ratio(need, 1 - wanted + 2 * tau, at_zero=each), firm)


def _fractions(**named) -> list[np.ndarray]:
    return [validation.fractions(name, value) for name, value in named.items()]


def _errors(firm: Firm) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of each point's mass that the firm can overturn, 2ε or 0, and c(ε) or 0."""
    none = np.zeros_like(firm.epsilon)
    return (2 * firm.epsilon, none) if firm.near == "pointwise" else (none, firm.slack)


def _firmly(firm: Firm) -> np.ndarray:
    """Return the share of each point's mass that it cannot, 1−2ε (at least 0) or 1."""
    return np.maximum(0.0, 1 - _errors(firm)[0])


def _crowding(crowding: ArrayLike | None, firm: Firm) -> np.ndarray:
    """Return κ, which may be missing if no epsilon is positive or the firm is pointwise."""
    if crowding is None:
        if np.any(firm.epsilon > 0) and firm.near != "pointwise":
            raise ValueError("crowding is missing: the guarantee depends on it when epsilon > 0")
        return np.ones(())
    kappa = validation.numeric("crowding", crowding, np.ndim(crowding))
    if not (kappa >= 1).all():
        raise ValueError(f"crowding is {crowding}: it must be at least 1")
    return kappa


def _ratio(numerator: np.ndarray, denominator: np.ndarray, at_zero=np.inf) -> np.ndarray:
    """Return numerator/denominator; where the denominator is 0, inf, or `at_zero` for 0/0."""
    top, bottom = np.broadcast_arrays(numerator, denominator)
    ratio = np.where(top > 0, np.inf, at_zero)
    with np.errstate(over="ignore"):
        np.divide(top, bottom, out=ratio, where=bottom > 0)
    return ratio[()]


def _zero_if_sure(positivity: np.ndarray) -> np.ndarray:
    """Return what 0/0 means for feature-only: 0 if y* is present everywhere, inf if not."""
    return np.where(positivity > 0, 0.0, np.inf)


def _attainable(alpha: np.ndarray, firm: Firm) -> np.ndarray:
    """Return alpha where it is a possible size of a collective, inf where it exceeds 1.

    Against a pointwise firm of ε ≥ 1/2 no size is.
    """
    return np.where((alpha <= 1) & (_firmly(firm) > 0), alpha, np.inf)[()]
