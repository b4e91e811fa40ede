"""What it takes to make a firm forget a collective by training again without some records."""

from math import exp, log, log1p

from collective_action.validation import fraction


def identified(alpha: float, critical: float, others: float = 0.0) -> float:
    """Return the share of a collective that must be found to break it by training again; in [0, 1].

    Deleting a share κ of the collective and ν of the others multiplies the odds of α by
    (1 − κ)/(1 − ν). Success falls below its target iff the share found is at least
    1 − (1 − ν)·odds(α_c)/odds(α).

    Source: theorem "How many must be found" of *Crowded out*.

    Parameters
    ----------
    alpha
        Size of the collective, in (0, 1).
    critical
        α_c in (0, 1), the size above which it reaches the target.
    others
        ν in [0, 1), the share of the others that is deleted with it.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    size, least = _inside("alpha", alpha), _inside("critical", critical)
    lost = fraction("others", others)
    if lost == 1:
        raise ValueError("others is 1.0: somebody must be left")
    log_ratio = log(least) - log1p(-least) - log(size) + log1p(-size)
    return max(0.0, 1 - (1 - lost) * exp(log_ratio))


def _inside(name: str, value: float) -> float:
    number = fraction(name, value)
    if number in (0, 1):
        raise ValueError(f"{name} is {number}: it must be strictly between 0 and 1")
    return number
