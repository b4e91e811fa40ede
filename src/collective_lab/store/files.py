"""Write a file so that a reader sees the old bytes or the new, never half of them."""

import os
import tempfile
from pathlib import Path

from collective_lab.store.schema import StoreError


def write_text(path: Path, text: str) -> None:
    """Replace a file by `text` (UTF-8) in one step.

    Raises
    ------
    StoreError
        If the disk is full or the folder cannot be written; the file is then as it was.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        raise StoreError(f"{path} cannot be written: {error}") from error
