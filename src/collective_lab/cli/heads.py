"""The study of heads and shares: `collective-lab heads --help`."""

import argparse
import sys
from pathlib import Path

from collective_lab.heads.cells import LEARNERS
from collective_lab.store.schema import StoreError


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add `heads` to a parser's commands; `command` is then a function of the arguments."""
    verb = commands.add_parser(
        "heads",
        help="how many members, not which share: the law and its predictions",
        description="Write one of the files of book/results/heads. The records that the law is\n"
        "fitted to, and those that test it, come from `collective-lab sweep run heads`.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument(
        "what", choices=("firms", *LEARNERS), help="the clean firms, or what is said of a learner"
    )
    verb.add_argument("record", type=Path, metavar="FILE", help="the JSON file to write")
    verb.set_defaults(command=_heads)


def _heads(options: argparse.Namespace) -> int:
    if not options.record.parent.is_dir():
        print(f"{options.record.parent} is not a folder: make it, or name another", file=sys.stderr)
        return 2
    import torch

    from collective_lab.heads import study  # loads PyTorch

    torch.set_num_threads(1)
    try:
        if options.what == "firms":
            study.write_firms(options.record)
        else:
            study.write_predictions(options.record, options.what, study.read_firms())
    except (ValueError, StoreError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"written: {options.record}")
    return 0
