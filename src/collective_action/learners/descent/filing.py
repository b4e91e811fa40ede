"""Setting III of the paper, with data: a firm that descends on the records that members file.

A member files records, not gradients. Records chosen at a parameter θ̂ that the member sees are
evaluated at the θ where the firm is: with the squared loss their average gradient there is
g_{P*}(θ̂) + H_{P*}(θ − θ̂), H_{P*} = E_{P*} xxᵀ. So an old, a rounded or a missing view changes the
firm's step by less than it changes the gradient that members had in mind.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from collective_action.learners.risk.losses import Loss, mean_gradient, parameter
from collective_action.learners.risk.records import Records
from collective_action.validation import at_least, finite, fraction


def descend_on_records(
    loss: Loss,
    population: Records,
    plan: Callable[[np.ndarray], Records],
    alpha: float,
    start: ArrayLike,
    step_size: float,
    steps: int,
    *,
    delay: int = 0,
    published: Callable[[np.ndarray], np.ndarray] | None = None,
) -> np.ndarray:
    """Run a firm's descent on the records that a plan files at the parameters it sees.

    θ_{t+1} = θ_t − η[α·g_{P*_t}(θ_t) + (1−α)·g_{P₀}(θ_t)], and P*_t = plan(θ_{t−delay}).

    Parameters
    ----------
    loss
        The firm's loss.
    population
        P₀.
    plan
        From the parameter that members see, shape (p,), to P*, what they file. A constant function
        is a plan without eyes.
    alpha
        In [0, 1].
    start
        θ₀, shape (p,); the firm stood there in all earlier nights.
    step_size
        η > 0.
    steps
        T ≥ 1.
    delay
        Nights that the view is old, a whole number of at least 0.
    published
        From a parameter to what members see of it, both of shape (p,), such as a rounded one; all
        of it when omitted.

    Returns
    -------
    numpy.ndarray
        Shape (T+1, p), the parameters from θ₀ on.

    Raises
    ------
    ValueError
        If an argument is out of range, or the plan's records have other columns than P₀.
    """
    theta = parameter(loss, finite("start", start, 1), population.features)
    alpha, eta = fraction("alpha", alpha), at_least("step_size", step_size, 0, strictly=True)
    if not isinstance(delay, int | np.integer) or delay < 0:
        raise ValueError(f"delay is {delay}: it must be a whole number of nights, at least 0")
    thetas = [theta]
    for step in range(int(at_least("steps", steps, 1))):
        seen = thetas[max(step - delay, 0)]
        mixture = population.mix(plan(seen if published is None else published(seen)), alpha)
        theta = theta - eta * mean_gradient(loss, theta, mixture)
        thetas.append(theta)
    return np.stack(thetas)
