"""The command `collective-lab`: experiments on texts."""

import argparse

from collective_lab.cli import corpus, cost, run, sweep


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="collective-lab", description="Run one experiment on texts, or a sweep of thousands."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run.add_command(commands)
    sweep.add_commands(commands)
    corpus.add_commands(commands)
    cost.add_command(commands)
    options = parser.parse_args(arguments)
    return options.command(options)
