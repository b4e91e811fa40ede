"""Run one experiment on résumés, or a sweep of thousands."""

import argparse
import sys

from collective_action.resumes.experiment.commands import add_command as add_run
from collective_action.resumes.sweep.commands import add_commands as add_sweep


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m collective_action.resumes", description=__doc__
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_run(commands)
    add_sweep(commands)
    given = parser.parse_args(arguments)
    return given.command(given)


if __name__ == "__main__":
    sys.exit(main())
