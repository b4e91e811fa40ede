"""python -m collective_action.resumes: run experiments from the command line."""

import argparse
import sys

from collective_action.resumes.sweep.commands import add_commands as add_sweep


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m collective_action.resumes")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add_sweep(commands)
    given = parser.parse_args(arguments)
    return given.command(given)


if __name__ == "__main__":
    sys.exit(main())
