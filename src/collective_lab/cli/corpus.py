"""The corpora: `collective-lab corpus --help`."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from collective_lab.cli.choosing import WHERE, add_columns, labelled
from collective_lab.corpora import (
    ArchiveError,
    Debian,
    DownloadError,
    Folder,
    Published,
    Synthetic,
    debian,
    load,
)
from collective_lab.corpora.loading import Source
from collective_lab.corpora.published import ADDRESS, FILES, cache_folder
from collective_lab.corpora.synthetic.source import PAPER_SIZE


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Add `corpus` and its own commands to a parser's commands.

    Each sets `command`, a function of the parsed arguments that returns the exit status.
    """
    corpus = commands.add_parser("corpus", help="fetch the real corpus, or look at one")
    verbs = corpus.add_subparsers(required=True, metavar="VERB")
    verb = verbs.add_parser("download", help="fetch the real corpus (89 MB) and report on it")
    verb.add_argument("--form", choices=tuple(FILES), default="pairs", help="default: pairs")
    verb.add_argument("--cache", type=Path, help=f"default: {cache_folder()}")
    verb.add_argument("--address", default=ADDRESS, help="a mirror's, ending in a slash")
    verb.set_defaults(command=_reporting(_published))
    verb = verbs.add_parser("folder", help="report on a folder of your own résumés")
    verb.add_argument("path", type=Path)
    verb.set_defaults(command=_reporting(lambda options: Folder(options.path)))
    verb = verbs.add_parser("texts", help="report on labelled texts of your own")
    verb.add_argument("where", help=WHERE)
    add_columns(verb)
    verb.set_defaults(
        command=_reporting(lambda options: labelled(options.where, options.text, options.label))
    )
    verb = verbs.add_parser("debian", help="report on the descriptions of Debian's packages")
    verb.add_argument("lists", nargs="?", default="", help=f"default: {debian.RELEASE}")
    verb.add_argument("--download", action="store_true", help="fetch the default's (15 MB)")
    verb.add_argument("--address", default=debian.ADDRESS, help="a mirror's, ending in a slash")
    verb.set_defaults(
        command=_reporting(
            lambda options: Debian(
                options.lists, download=options.download, address=options.address
            )
        )
    )
    verb = verbs.add_parser("synthetic", help="report on the synthetic corpus")
    verb.add_argument("-n", type=int, default=PAPER_SIZE, help="how many résumés")
    verb.add_argument("--seed", type=int, default=0)
    verb.set_defaults(command=_reporting(lambda options: Synthetic(options.n, options.seed)))
    verb = verbs.add_parser("datasheet", help="write the numbers of the book's datasheet")
    verb.add_argument("folder", type=Path)
    verb.set_defaults(command=_datasheet)


def _published(options: argparse.Namespace) -> Published:
    return Published(options.form, download=True, cache=options.cache, address=options.address)


def _reporting(source: Callable[[argparse.Namespace], Source]) -> Callable:
    def report(options: argparse.Namespace) -> int:
        try:
            print(load(source(options)))
        except (DownloadError, ArchiveError, FileNotFoundError, ValueError) as error:
            print(error, file=sys.stderr)
            return 1
        return 0

    return report


def _datasheet(options: argparse.Namespace) -> int:
    if not options.folder.is_dir():
        print(f"{options.folder} is not a folder: make it, or name another", file=sys.stderr)
        return 2
    from collective_lab.corpora import datasheet  # computes with scikit-learn

    datasheet.write(options.folder)
    return 0
