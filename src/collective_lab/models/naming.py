"""Models beside the recipes: a folder of the reader's own, or any of the hub at a revision.

A folder is named ``PATH@sha256:DIGEST`` and known by the digest of what it holds; one of the hub is
named ``OWNER/NAME@COMMIT``.
"""

import hashlib
import re
from pathlib import Path

from collective_lab.models.recipes import RECIPES

DIGEST = "sha256:"
DECISIVE = (".json", ".txt", ".model", ".safetensors", ".bin")
_HUB = re.compile(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}")


def canonical(name: str) -> str:
    """Return the name of a model as a configuration holds it.

    Parameters
    ----------
    name
        In `recipes.RECIPES`; the path of a folder that `save_pretrained` of `transformers` wrote,
        tokenizer included; ``OWNER/NAME@COMMIT``; or what this function returned before.

    Raises
    ------
    ValueError
        If it is none of these.
    """
    if name in RECIPES or _HUB.fullmatch(name) or digest_of(name):
        return name
    path = Path(name).expanduser()
    if path.is_dir():
        if not (path / "config.json").is_file():
            raise ValueError(f"model is {name!r}: the folder has no config.json, so no model")
        return f"{path.absolute().as_posix()}@{DIGEST}{digest(path)}"
    raise ValueError(
        f"model is {name!r}: it must be one of {', '.join(map(repr, RECIPES))}, a folder with a "
        "model of transformers, or OWNER/NAME@COMMIT of the hub"
    )


def digest_of(name: str) -> str:
    """Return the digest in the canonical name of a folder, ``sha256:…``, or nothing."""
    _, _, tail = name.rpartition("@")
    return tail if tail.startswith(DIGEST) else ""


def digest(folder: Path) -> str:
    """Return the SHA-256 of the names and contents of the files that decide what a model does."""
    total = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in DECISIVE and path.is_file():
            with path.open("rb") as file:
                total.update(f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n"
                             .encode())  # fmt: skip
    return total.hexdigest()
