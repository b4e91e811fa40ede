"""The command `collective-lab`: experiments on texts."""

import argparse
import sys
from pathlib import Path

from collective_lab import plugins


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="collective-lab", description="Run one experiment on texts, or a sweep of thousands."
    )
    _add_plugin(parser)
    early = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    _add_plugin(early)
    try:
        for path in early.parse_known_args(arguments)[0].plugin:
            plugins.add(path)
        plugins.load()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    from collective_lab.cli import (  # what plugins add is a choice
        corpus,
        cost,
        curve,
        heads,
        hurdles,
        run,
        sweep,
    )

    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    curve.add_command(commands)
    run.add_command(commands)
    sweep.add_commands(commands)
    corpus.add_commands(commands)
    cost.add_command(commands)
    hurdles.add_command(commands)
    heads.add_command(commands)
    options = parser.parse_args(arguments)
    return options.command(options)


def _add_plugin(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--plugin", type=Path, action="append", default=[], metavar="FILE.py",
        help="before the command: a file that registers strategies, models, learners or metrics",
    )  # fmt: skip
