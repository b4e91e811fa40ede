"""What `curve` and `sweep` share: a store of records, and what a person is told of filling it."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collective_lab.cli.run import INTERRUPTED
from collective_lab.corpora.published import CACHE_VARIABLE, cache_folder
from collective_lab.experiment import Configuration
from collective_lab.store import Writer

if TYPE_CHECKING:
    from collective_lab.sweep.running import Summary


def add_store(parser: argparse.ArgumentParser) -> None:
    """Let a person say where the records are."""
    parser.add_argument(
        "--store",
        type=Path,
        default=cache_folder() / "results.sqlite",
        metavar="FILE",
        help=f"the SQLite file of records; default: %(default)s ({CACHE_VARIABLE} moves it)",
    )


def fill(wanted: Sequence[Configuration], writer: Writer, **how: Any) -> "Summary | int":
    """Run what a store lacks, and return how it ended; the exit status, once said, if it stopped.

    Parameters
    ----------
    wanted, writer, how
        As for `sweep.running.run`.
    """
    from collective_lab.sweep import running  # loads Dask

    try:
        return running.run(wanted, writer, **how)
    except KeyboardInterrupt:
        print("stopped; the same command goes on with what is missing", file=sys.stderr)
        return INTERRUPTED
    except running.SweepError as error:
        print(error, file=sys.stderr)
        return 1
