"""Which résumés the firm trains on and which it is tested on: decided by the text alone.

A résumé keeps its side when others come or go, and copies of one text are always on one side.
"""

import hashlib
import unicodedata

TEST_SHARE = 4_783 / 29_783  # the paper's: 25,000 for training, 4,783 for testing


def normalise(text: str) -> str:
    """Return the text as copies are recognised: NFKC, case folded, white space squeezed."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def in_test(text: str) -> bool:
    """Return whether a résumé with this text is in the test set, as about 16 in 100 are."""
    digest = hashlib.sha256(normalise(text).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") < TEST_SHARE * 2**64
