"""The commands of a sweep: `collective-lab sweep …`."""

import argparse
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from collective_action import data
from collective_lab import results, store
from collective_lab.cli import storing
from collective_lab.cli.run import INTERRUPTED, count
from collective_lab.experiment import Configuration, Record
from collective_lab.results import comparing
from collective_lab.results.comparing import MARGIN
from collective_lab.results.tables import sweeps_folder
from collective_lab.store import Reader, StoreError, Writer
from collective_lab.store.merging import TOLERANCE
from collective_lab.sweep.attempts import ATTEMPTS
from collective_lab.sweep.grids import GRIDS, OTHER_TEXTS, grid
from collective_lab.sweep.order import ordered

NAMES = ", ".join([*GRIDS, *OTHER_TEXTS])


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Add `sweep` and its own commands to a parser's commands.

    Each sets `command`, a function of the parsed arguments that returns the exit status.
    """
    sweep = commands.add_parser("sweep", help="run many experiments and keep their records")
    verbs = sweep.add_subparsers(required=True, metavar="VERB")
    where = argparse.ArgumentParser(add_help=False)
    storing.add_store(where)
    which = argparse.ArgumentParser(add_help=False)
    which.add_argument("grid", help=f"{NAMES}, or a file .toml of yours")
    which.add_argument(
        "--group", action="append", default=[], help="only this group; may be given several times"
    )

    verb = verbs.add_parser("run", parents=[where, which], help="run what the store lacks")
    verb.add_argument("--workers", type=count, help="processes; default: what the machine allows")
    verb.add_argument("--seeds", type=count, metavar="N", help="only seeds 0 to N − 1")
    verb.add_argument("--limit", type=count, metavar="N", help="stop after N new runs")
    verb.add_argument("--scheduler", metavar="ADDRESS", help="a Dask scheduler's, instead")
    verb.add_argument(
        "--attempts", type=count, default=ATTEMPTS, help="for each; default: %(default)s"
    )
    verb.set_defaults(command=_telling(_run))
    verb = verbs.add_parser("cost", parents=[which], help="hours of a device, before it is run")
    verb.add_argument("--seeds", type=count, metavar="N", help="only seeds 0 to N − 1")
    verb.add_argument(
        "--measured", type=Path, action="append", default=[], metavar="FILE",
        help="what `collective-lab cost FILE` measured; default: the book's devices",
    )  # fmt: skip
    verb.set_defaults(command=_telling(_cost))
    verb = verbs.add_parser("spent", help="write the tables of the book's page on costs")
    verb.add_argument("folder", type=Path)
    verb.set_defaults(command=_telling(_spent))
    verb = verbs.add_parser("show", help="print a grid as TOML: a beginning for your own")
    verb.add_argument("grid", help=NAMES)
    verb.set_defaults(command=_telling(_show))
    verb = verbs.add_parser("status", parents=[where, which], help="say what is there, by group")
    verb.set_defaults(command=_telling(_status))
    verb = verbs.add_parser("check", parents=[where], help="say what is wrong with a store")
    verb.add_argument("--grid", help="say also what is missing of this grid")
    verb.set_defaults(command=_telling(_check))
    verb = verbs.add_parser("export", parents=[where, which], help="write tables for the book")
    verb.add_argument("--to", type=Path, metavar="FOLDER", help="default: the book's")
    verb.add_argument("--parquet", type=Path, metavar="FILE", help="one table, instead")
    verb.set_defaults(command=_telling(_export))
    verb = verbs.add_parser("merge", parents=[where], help="bring other stores' records in")
    verb.add_argument("others", nargs="+", type=Path, metavar="FILE")
    verb.add_argument(
        "--tolerance", type=float, default=TOLERANCE, help="of fractions; default: %(default)s"
    )
    verb.set_defaults(command=_telling(_merge))
    verb = verbs.add_parser("compare", help="do the means of two stores agree, by condition?")
    verb.add_argument("stores", nargs=2, type=Path, metavar="STORE", help="or a folder of tables")
    verb.add_argument("--metric", default="success", help="default: %(default)s")
    verb.add_argument(
        "--margin", type=float, default=MARGIN, help="to agree within; default: %(default)s"
    )
    verb.set_defaults(command=_telling(_compare))


def _telling(command):
    def told(options: argparse.Namespace) -> int:
        try:
            return command(options)
        except ValueError as error:
            print(error, file=sys.stderr)
            return 2
        except (StoreError, FileNotFoundError) as error:
            print(error, file=sys.stderr)
            return 1

    return told


def _groups(options: argparse.Namespace) -> dict[str, list[Configuration]]:
    return grid(options.grid).groups(options.group)


def _first_seeds(
    configurations: Sequence[Configuration], options: argparse.Namespace
) -> list[Configuration]:
    return [
        configuration
        for configuration in configurations
        if options.seeds is None or configuration.seed < options.seeds
    ]


def _run(options: argparse.Namespace) -> int:
    wanted = _first_seeds(ordered(_groups(options)), options)
    with Writer(options.store) as writer:
        if options.limit is not None:
            recorded = writer.ids()
            wanted = [
                configuration for configuration in wanted if configuration.id not in recorded
            ][: options.limit]
        summary = storing.fill(
            wanted,
            writer,
            scheduler=options.scheduler,
            workers=options.workers,
            attempts=options.attempts,
        )
    if isinstance(summary, int):
        return summary
    print(f"{summary.new:,} new records in {options.store}")
    if summary.failed:
        print(f"{len(summary.failed):,} failed: `sweep status {options.grid}` says why")
        return 1
    if summary.left:
        print(f"{summary.left:,} are missing: the same command goes on with them")
        return INTERRUPTED
    return 0


def _status(options: argparse.Namespace) -> int:
    groups = _groups(options)
    with Reader(options.store) as reader:
        recorded, failures = reader.ids(), reader.failures()
        rows = [_counts(name, group, recorded, failures) for name, group in groups.items()]
        wanted = ordered(groups)
        rows.append(_counts("all, each once", wanted, recorded, failures))
    for row in [("group", "done", "missing", "failed"), *rows]:
        print("  ".join([f"{row[0]:<16}", *(f"{cell:>8}" for cell in row[1:])]))
    ids = {configuration.id for configuration in wanted}
    for key in sorted(ids & set(failures)):
        print(f"{key}  {failures[key]}")
    return 0


def _counts(
    name: str,
    configurations: Sequence[Configuration],
    recorded: set[str],
    failures: Mapping[str, object],
) -> tuple[str, int, int, int]:
    ids = {configuration.id for configuration in configurations}
    return name, len(ids & recorded), len(ids - recorded), len(ids & set(failures))


def _check(options: argparse.Namespace) -> int:
    wanted = ordered(grid(options.grid).groups()) if options.grid else []
    with Reader(options.store) as reader:
        problems = store.check(reader, wanted)
        count = "an unknown number of" if problems and problems[0].kind == "damage" else len(reader)
    for problem in problems:
        print(problem)
    kinds = sorted({problem.kind for problem in problems})
    counts = ", ".join(f"{sum(p.kind == kind for p in problems):,} {kind}" for kind in kinds)
    print(f"{count} records in {options.store}: {counts or 'nothing is wrong'}")
    return 1 if problems else 0


def _cost(options: argparse.Namespace) -> int:
    from collective_lab.sweep import costs

    paths = options.measured or sorted(data.book_file("results").glob("training-cost*.json"))
    devices = [costs.read(path) for path in paths]
    groups = _groups(options)
    groups = {**groups, "all, each once": ordered(groups)}
    rows = [("hours of", "runs", *(device.device for device in devices))]
    for name, group in groups.items():
        wanted = _first_seeds(group, options)
        hours = (f"{device.hours(wanted):,.1f}" for device in devices)
        rows.append((name, f"{len(wanted):,}", *hours))
    for name, runs, *cells in rows:
        print("  ".join([f"{name:<16}", f"{runs:>8}", *(f"{cell:>22}" for cell in cells)]))
    for device in devices:
        print(f"{device.device}: {device.dtype}, measured {device.date}")
    print("one process; every text as long as the model reads; reading and scoring come on top")
    return 0


def _spent(options: argparse.Namespace) -> int:
    if not options.folder.is_dir():
        raise ValueError(f"{options.folder} is not a folder: make it, or name another")
    from collective_lab.sweep import spent

    print(spent.write(options.folder))
    return 0


def _show(options: argparse.Namespace) -> int:
    from collective_lab.sweep import files

    print(files.write(grid(options.grid)), end="")
    return 0


def _export(options: argparse.Namespace) -> int:
    if options.parquet is not None:
        return _export_parquet(options)
    folder, name = options.to or _tables_of_the_book(), Path(options.grid).stem
    with Reader(options.store) as reader:
        lacking = results.export(reader, name, _groups(options), folder)
    for group, missing in lacking.items():
        note = f", which lacks {missing:,} records" if missing else ""
        print(f"{folder / name / group}.csv{note}")
    return 0


def _export_parquet(options: argparse.Namespace) -> int:
    from collective_lab.store import parquet

    wanted = {configuration.id for configuration in ordered(_groups(options))}
    with Reader(options.store) as reader:
        count = parquet.export(reader.records(wanted), options.parquet)
    note = f", which lacks {len(wanted) - count:,}" if count < len(wanted) else ""
    print(f"{count:,} records in {options.parquet}{note}")
    return 0


def _tables_of_the_book() -> Path:
    folder = sweeps_folder()
    if folder.is_relative_to(data.PACKAGED):
        raise StoreError(f"{folder} came with the installed package: name another folder with --to")
    return folder


def _merge(options: argparse.Namespace) -> int:
    disputed = 0
    with Writer(options.store) as writer:
        for path in options.others:
            with Reader(path) as other:
                merged = store.merge(writer, other, options.tolerance)
            print(f"{path}: {merged}")
            disputed += len(merged.disputed)
    if disputed:
        print("single runs round otherwise elsewhere: `sweep compare` says whether the means agree")
    return 1 if disputed else 0


def _compare(options: argparse.Namespace) -> int:
    sides = [_records(path) for path in options.stores]
    for path, records in zip(options.stores, sides, strict=True):
        print(f"{path}: {len(records):,} records, {_made(records)}")
    found = comparing.compare(*sides, options.metric, options.margin)
    print(f"means of {options.metric}; to agree, within {options.margin:g}")
    for one in found:
        condition = "all conditions" if one.condition is None else _told(one.condition)
        pairs = zip(one.means, one.runs, strict=True)
        means = " and ".join(f"{mean:.3f} ({runs})" for mean, runs in pairs)
        interval = f"[{one.low:+.3f}, {one.high:+.3f}]"
        print(f"{one.verdict:<11}  {one.value:+.3f} {interval}  {means}  {condition}")
    return 1 if any(one.verdict == comparing.DIFFER for one in found) else 0


def _records(path: Path) -> list[Record]:
    if path.is_dir():
        return results.restore(path.name, folder=path.parent)
    with Reader(path) as reader:
        return list(reader.records())


def _made(records: Sequence[Record]) -> str:
    """Return how many arithmetics made the records, and the commonest."""
    made = Counter(
        tuple(f"{name} {value}" for name, value in record.provenance.arithmetic.items() if value)
        for record in records
    )
    commonest, count = made.most_common(1)[0] if made else ((), 0)
    ways = "one way" if len(made) == 1 else f"{len(made)} ways, most of them"
    return f"made in {ways} ({count:,}): {', '.join(commonest)}"


def _told(condition: Configuration) -> str:
    """Return what of a condition is unusual, its id first."""
    usual = Configuration(condition.corpus, condition.model)
    values = condition.as_dict() | asdict(condition.marking)
    plain = usual.as_dict() | asdict(usual.marking)
    other = [
        f"{name} {value}" for name, value in values.items()
        if name not in ("corpus", "marking") and (value != plain.get(name) or name == "alpha")
    ]  # fmt: skip
    return f"{condition.model}: {', '.join(other)}"
