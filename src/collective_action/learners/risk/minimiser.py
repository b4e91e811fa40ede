"""Setting II of the paper: θ(P), the parameter that a risk-minimising firm deploys."""

import numpy as np
from scipy import optimize

from collective_action.learners.risk.losses import (
    Loss,
    Squared,
    SquaredDistance,
    mean_gradient,
    mean_value,
)
from collective_action.learners.risk.records import Records

STEP_TOLERANCE = 1e-10
SINGULAR = 1e-12
NEWTON_STEPS = 50


def minimiser(loss: Loss, records: Records) -> np.ndarray:
    """Return θ(P) = argmin_θ E_P ℓ(θ; z), shape (p,).

    Closed form for the squared losses; otherwise SciPy's exact trust region, finished by Newton
    steps until one moves θ by at most 1e-10·(1 + ‖θ‖).

    Parameters
    ----------
    loss
        One of the losses of this package, or anything with their methods.
    records
        The law P, usually a mixture `population.mix(submission, alpha)`.

    Raises
    ------
    ValueError
        If the records do not determine a unique minimiser: collinear features without a penalty,
        or separable classes without one.
    """
    if isinstance(loss, SquaredDistance):
        return records.weights @ records.features
    if isinstance(loss, Squared):
        return _normal_equations(loss, records)
    return _newton(loss, records)


def _normal_equations(loss: Squared, records: Records) -> np.ndarray:
    hessian = loss.hessian(None, records)
    spectrum = np.linalg.eigvalsh(hessian)
    if spectrum[0] <= SINGULAR * max(spectrum[-1], 1e-300):
        raise ValueError(
            f"records have a singular second moment (least eigenvalue {spectrum[0]:.3g}): "
            "least squares needs independent columns or a penalty above 0"
        )
    return np.linalg.solve(hessian, records.weights * records.labels @ records.features)


def _newton(loss: Loss, records: Records) -> np.ndarray:
    theta = optimize.minimize(
        lambda point: mean_value(loss, point, records),
        np.zeros(loss.parameters(records.features.shape[1])),
        jac=lambda point: mean_gradient(loss, point, records),
        hess=lambda point: loss.hessian(point, records),
        method="trust-exact",
        options={"gtol": 1e-6},
    ).x
    for _ in range(NEWTON_STEPS):
        hessian = loss.hessian(theta, records)
        spectrum = np.linalg.eigvalsh(hessian)
        if spectrum[0] <= SINGULAR * max(spectrum[-1], 1e-300):
            break
        step = np.linalg.solve(hessian, mean_gradient(loss, theta, records))
        theta = theta - step
        if np.linalg.norm(step) <= STEP_TOLERANCE * (1 + np.linalg.norm(theta)):
            return theta
    raise ValueError(
        f"records do not determine a minimiser of {loss}: the risk's gradient has norm "
        f"{np.linalg.norm(mean_gradient(loss, theta, records)):.3g} at ‖θ‖ = "
        f"{np.linalg.norm(theta):.3g} and its curvature vanishes. Separable classes or collinear "
        "features need a penalty above 0"
    )
