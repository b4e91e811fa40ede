"""The learning rate over a run: what `transformers.Trainer` does unless told otherwise."""


def rate(step: int, steps: int, highest: float, final: float = 0.0) -> float:
    """Return the learning rate of one step: from `highest` it falls linearly.

    Trainer's defaults are a linear schedule to 0 with no warm-up steps. A warm-up over the first
    tenth was tried for `tiny` and made short runs worse.

    Parameters
    ----------
    step
        From 0.
    steps
        T ≥ 1, of the whole run.
    highest
        The rate of the first step.
    final
        Towards which share of it the rate falls, in [0, 1]: 1 is a constant rate, 1/2 a run that
        stops half-way to 0.
    """
    return highest * (steps - step * (1 - final)) / steps
