"""Networks that read digits and are trained with a clip and noise, many at once.

`python -m collective_action.learners.network.privacy FILE` records them, and Relay's additive
model beside them. The theory is `learners.privacy`.
"""

from collective_action.learners.network.privacy.digit_firms import (
    CLIP,
    DELTA,
    NETWORK,
    RATE,
    STEPS,
    DigitFirms,
)

__all__ = ["CLIP", "DELTA", "NETWORK", "RATE", "STEPS", "DigitFirms"]
