"""Rounds of joining and leaving: best responses, by everybody at once or by some of them."""

import numpy as np
from numpy.typing import ArrayLike

from collective_action import validation
from collective_action.participation.model import Participation


def trajectory(
    model: Participation, start: ArrayLike, rounds: int, *, reconsider: float = 1.0
) -> np.ndarray:
    """Return the share that is in, round by round: a′ = a + η(B(a) − a).

    In each round a share η of the people, drawn evenly from those in and out, look at the share a
    that is in and do what is best for them. A path is monotone, passes no equilibrium, and
    converges, because B never falls.

    Parameters
    ----------
    model
        Who wants to be in, as B = `model.response`.
    start
        The share in at first, in [0, 1], a number or an array of shares.
    rounds
        How many rounds, at least 0.
    reconsider
        η in (0, 1], the share that reconsiders in a round.

    Returns
    -------
    np.ndarray
        Shape (rounds + 1,) followed by the shape of `start`; the first row is the start.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    alphas = validation.fractions("start", start)
    if rounds != int(rounds) or rounds < 0:
        raise ValueError(f"rounds is {rounds}: it must be a whole number, at least 0")
    share = validation.fraction("reconsider", reconsider)
    if share == 0:
        raise ValueError("reconsider is 0.0: it must be in (0, 1]")
    path = [alphas]
    for _ in range(int(rounds)):
        response = model.response(path[-1])
        step = (1 - share) * path[-1] + share * response
        path.append(np.clip(step, np.minimum(path[-1], response), np.maximum(path[-1], response)))
    return np.array(path)
