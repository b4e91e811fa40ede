"""Strew a book with what editors and systems leave beside the files that someone wrote."""

from pathlib import Path

APPLE_DOUBLE = b"\x00\x05\x16\x07\xff"
NAMES = ("._one.md", "._one.ipynb", ".one.md.swp", "one.md~", "#one.md#", "~$one.md", "one.md.bak")
FOLDERS = (
    "chapters",
    "notebooks",
    "slides",
    "assets",
    "instructors",
    "results",
    "results/executions",
)


def strew(folder: Path) -> None:
    """Leave lock files (dead links), backups and checkpoints in a folder."""
    for name in (".#one.md", ".#one.ipynb", ".#one.svg"):
        (folder / name).symlink_to("author@host.1:2")
    for name in NAMES:
        (folder / name).write_bytes(APPLE_DOUBLE)
    (folder / ".ipynb_checkpoints").mkdir()
    for name in ("one-checkpoint.md", "one-checkpoint.ipynb", "one-checkpoint.csv"):
        (folder / ".ipynb_checkpoints" / name).write_text("# odd", encoding="utf-8")


def strew_book(source: Path) -> None:
    """Leave them in every folder of a book's sources."""
    for folder in (source, *(source / name for name in FOLDERS)):
        folder.mkdir(parents=True, exist_ok=True)
        strew(folder)
