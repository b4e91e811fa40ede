"""Executed notebooks as they lie on disk, parsed once for each text: many pages draw on them."""

import json
from functools import lru_cache
from pathlib import Path


def read(path: Path) -> dict:
    """Return a notebook as plain JSON, in which a text may be a list of its lines.

    It is shared with whoever else reads it, and not to be changed. It is not checked against the
    format of notebooks, which takes ten times as long.
    """
    return _parsed(path.read_text(encoding="utf-8"))


@lru_cache
def _parsed(text: str) -> dict:
    return json.loads(text)
