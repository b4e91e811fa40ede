"""What training costs on this machine: `collective-lab cost --help`."""

import argparse
from pathlib import Path


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add `cost` to a parser's commands; `command` is then a function of the parsed arguments."""
    text = "measure what each transformer costs to train here, a minute and a half in all"
    verb = commands.add_parser("cost", help=text, description=text)
    verb.add_argument("record", type=Path, metavar="FILE", help="the JSON file to write")
    verb.set_defaults(command=_cost)


def _cost(options: argparse.Namespace) -> int:
    from collective_lab.experiment import cost  # loads PyTorch

    cost.measure(options.record)
    return 0
