"""The learning rate over a run: what `transformers.Trainer` does unless told otherwise."""


def rate(step: int, steps: int, highest: float) -> float:
    """Return the learning rate of one step: from `highest` it falls linearly towards 0.

    Trainer's defaults are a linear schedule with no warm-up steps. A warm-up over the first tenth
    was tried for `tiny` and made short runs worse.

    Parameters
    ----------
    step
        From 0.
    steps
        T ≥ 1, of the whole run.
    highest
        The rate of the first step.
    """
    return highest * (steps - step) / steps
