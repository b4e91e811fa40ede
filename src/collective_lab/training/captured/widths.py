"""The few widths to which batches are padded: each has a graph of its own, and few are captured."""

WIDTHS = (32, 64, 96, 128, 192, 256, 384, 512)
BEYOND = 256  # wider ones are multiples of it


def padded(width: int, longest: int) -> int:
    """Return the width to which a batch is padded.

    Parameters
    ----------
    width
        Tokens of its longest text, at most `longest`.
    longest
        Tokens that the model can read.
    """
    wide = next((known for known in WIDTHS if known >= width), -(-width // BEYOND) * BEYOND)
    return min(wide, longest)
