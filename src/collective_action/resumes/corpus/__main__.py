"""python -m collective_action.resumes.corpus: fetch the real corpus, or look at one."""

import argparse
import sys
from pathlib import Path

from collective_action.resumes.corpus import (
    ArchiveError,
    DownloadError,
    Folder,
    Published,
    Synthetic,
    load,
)
from collective_action.resumes.corpus.published import ADDRESS, FILES, cache_folder
from collective_action.resumes.corpus.synthetic.source import PAPER_SIZE


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return 0, or 1 with the reason on stderr."""
    parser = argparse.ArgumentParser(prog="python -m collective_action.resumes.corpus")
    commands = parser.add_subparsers(dest="command", required=True)
    real = commands.add_parser("download", help="fetch the real corpus (89 MB) and report on it")
    real.add_argument("--form", choices=tuple(FILES), default="pairs", help="default: pairs")
    real.add_argument("--cache", type=Path, help=f"default: {cache_folder()}")
    real.add_argument("--address", default=ADDRESS, help="a mirror's, ending in a slash")
    own = commands.add_parser("folder", help="report on a folder of your own résumés")
    own.add_argument("path", type=Path)
    made = commands.add_parser("synthetic", help="report on the synthetic corpus")
    made.add_argument("-n", type=int, default=PAPER_SIZE, help="how many résumés")
    made.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    try:
        if given.command == "download":
            source = Published(given.form, download=True, cache=given.cache, address=given.address)
        elif given.command == "folder":
            source = Folder(given.path)
        else:
            source = Synthetic(given.n, given.seed)
        print(load(source))
    except (DownloadError, ArchiveError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
