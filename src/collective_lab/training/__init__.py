"""How the firm trains: `label_noise` says what it is told, `device` where, `reference` how.

`train` computes the same several times faster, `train_together` for many firms side by side; both
are in `fast`. `captured` trains many on a GPU without the host, and `engine` says which way a
device takes: it is what experiments ask.
"""

__all__ = ["train", "train_together"]


def __getattr__(name: str) -> object:
    """Load the fast loop, and PyTorch with it, when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from collective_lab.training.fast import loop

    return getattr(loop, name)
