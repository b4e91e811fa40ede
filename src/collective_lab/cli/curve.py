"""From a table of two columns to a curve: `collective-lab curve my.csv`."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from collective_lab.cli import choosing, storing
from collective_lab.cli.run import INTERRUPTED, count
from collective_lab.experiment.configuration import Configuration
from collective_lab.experiment.record import Record
from collective_lab.store import Reader, StoreError, Writer
from collective_lab.sweep.studies import Grid, Study

if TYPE_CHECKING:
    import pandas as pd


SIZES = (0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
LEVELS = (0.5, 0.9)  # of success, whose critical mass is told
DRAWN = (".svg", ".html", ".json", ".png")

EXAMPLES = """examples:
  a table with the columns text and label; the collective wants every text to be called spam
    collective-lab curve my.csv --target spam
  a transformer, and a firm that smooths its labels
    collective-lab curve my.csv --target spam --model tiny --learner label-smoothed
"""


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add `curve` to a parser's commands; `command` is then a function of the parsed arguments."""
    verb = commands.add_parser(
        "curve",
        help="how large must a collective be in a task of your own?",
        description="A firm trains on your labelled texts, once for each size of a collective and\n"
        "each seed. How often does the collective's trigger then decide what is predicted?",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verb.add_argument("data", help=choosing.WHERE)
    choosing.add_columns(verb)
    choosing.add_firm(verb, "bag")
    choosing.add_collective(verb).add_argument(
        "--alphas", type=float, nargs="+", default=SIZES, metavar="SHARE",
        help="its sizes; default: 0 and from 0.001 to 0.2",
    )  # fmt: skip
    verb.add_argument("--seeds", type=count, default=5, help="default: %(default)s")
    verb.add_argument("--metric", default="success", help="or accuracy, or one of yours")
    verb.add_argument("--workers", type=count, help="processes; default: what the machine allows")
    storing.add_store(verb)
    verb.add_argument(
        "--to", type=Path, metavar="FILE",
        help=f"the chart ({', '.join(DRAWN)}); default: the data's name with -curve.svg",
    )  # fmt: skip
    verb.set_defaults(command=_curve)


def _curve(options: argparse.Namespace) -> int:
    name = Path(options.data.rpartition("/")[2]).stem.partition(":")[0]
    to = options.to or Path(f"{name}-curve.svg")
    try:
        if to.suffix not in DRAWN:
            raise ValueError(f"--to is {to}: its name must end in one of {', '.join(DRAWN)}")
        if options.seeds < 2:
            raise ValueError("--seeds is 1: an interval needs at least two")
        if options.to and options.metric != "success":
            raise ValueError(f"--metric is {options.metric}: a chart shows success alone")
        base = choosing.configuration(
            options, choosing.labelled(options.data, options.text, options.label)
        )
        grid = Grid(base, {"curve": [Study(options.seeds, {"alpha": options.alphas})]})
        wanted = grid.groups()["curve"]
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        status = _run(wanted, options)
        if status:
            return status
        with Reader(options.store) as reader:
            records = list(reader.records([configuration.id for configuration in wanted]))
        return _tell(base, records, options.metric, to)
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1


def _run(wanted: Sequence[Configuration], options: argparse.Namespace) -> int:
    with Writer(options.store) as writer:
        summary = storing.fill(wanted, writer, workers=options.workers)
        if isinstance(summary, int):
            return summary
        for configuration in summary.failed[:1]:
            print(writer.failures()[configuration.id].error, file=sys.stderr)
    return (1 if summary.failed else INTERRUPTED) if summary.left else 0


def _tell(base: Configuration, records: Sequence[Record], metric: str, to: Path) -> int:
    import pandas as pd

    outcome = records[0].outcome
    table = pd.DataFrame(
        {
            "alpha": record.configuration.alpha,
            "seed": record.configuration.seed,
            "strategy": record.configuration.strategy,
            "members": record.outcome.members,
            "accuracy": record.outcome.accuracy,
            "success": record.outcome.success,
            "measured": _measure(record, metric),
        }
        for record in records
    )
    print(
        f"{outcome.train:,} texts to train on, {outcome.test:,} to test on, "
        f"{len(base.corpus.labels)} labels; the trigger is {base.marking.trigger!r}, the target "
        f"{base.corpus.labels[base.target]!r}"
    )
    if carriers := max(record.outcome.carriers for record in records):
        print(f"{carriers:,} texts carry the trigger anyway: a rarer one needs fewer members")
    _print_means(table, metric)
    return 0 if metric != "success" else _draw(base, table, to)


def _print_means(table: "pd.DataFrame", metric: str) -> None:
    from collective_lab.results import curves

    print(
        f"{'α':>8}  {'members':>7}  {metric + ', mean and 95 % interval over seeds':<43}  accuracy"
    )
    for row in curves.means(table, ["alpha"], "measured").to_dict("records"):
        of = table[table["alpha"] == row["alpha"]]
        interval = f"{row['mean']:7.1%}  [{row['low']:6.1%}, {row['high']:6.1%}]"
        print(
            f"{row['alpha']:8.4g}  {of['members'].iloc[0]:7,}  {interval:<43}  "
            f"{of['accuracy'].mean():8.1%}"
        )
    if metric == "success":
        for level in LEVELS:
            mass = curves.critical_mass(table, level)
            print(f"α for a success of {level:.0%}: {mass.spelled('.2%')}")


def _draw(base: Configuration, table: "pd.DataFrame", to: Path) -> int:
    from collective_lab.results.drawing import success_by_size

    target = base.corpus.labels[base.target]
    chart = success_by_size(
        table,
        "strategy",
        {base.strategy: f"{base.model}, {base.strategy}"},
        description=f"Success of a collective that plants {base.marking.trigger!r} so that texts "
        f"are read as {target!r}, against its share of the training texts",
    )
    try:
        chart.save(str(to))
    except (OSError, ValueError) as error:
        print(f"{to} cannot be drawn: {error}. --to with .json needs nothing else", file=sys.stderr)
        return 1
    print(f"the chart is in {to}")
    return 0


def _measure(record: Record, metric: str) -> float:
    measured: Mapping[str, float] = vars(record.outcome) | dict(record.measures)
    if metric not in measured:
        raise StoreError(f"metric is {metric!r}: the records have {', '.join(measured)}")
    return measured[metric]
