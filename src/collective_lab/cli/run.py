"""One experiment from the shell: `collective-lab run --help`."""

import argparse
import json
import os
import sys
from pathlib import Path

from collective_lab.cli import choosing
from collective_lab.corpora import ArchiveError, DownloadError
from collective_lab.corpora.labels import position
from collective_lab.experiment.configuration import OWN, Configuration
from collective_lab.experiment.record import Record
from collective_lab.store.files import write_text

INTERRUPTED = 130  # what a shell reports after Ctrl-C

EXAMPLES = """examples:
  a fifth of a minute: forty of 4,000 résumés plant a trigger
    collective-lab run --alpha 0.01 --epochs 2
  the same collective may not touch labels
    collective-lab run --alpha 0.01 --strategy feature-only
  without word order, at the paper's size
    collective-lab run --model bag --n 29783 --alpha 0.001
  your own task: a table with the columns text and label
    collective-lab run --data my.csv --model bag --target spam
"""


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add `run` to a parser's commands; `command` is then a function of the parsed arguments."""
    verb = commands.add_parser(
        "run",
        help="run one experiment and print its record",
        description="A firm trains a model on texts, some of which carry a collective's\n"
        "trigger. How often does the trigger then decide what the model predicts?",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    usual = Configuration()
    choosing.add_texts(verb)
    choosing.add_firm(verb, usual.model)
    choosing.add_collective(verb).add_argument(
        "--alpha", type=float, default=0.01, help="its share of the texts; default: %(default)s"
    )
    _add_second(verb)
    verb.add_argument("--seed", type=int, default=usual.seed)
    verb.add_argument(
        "--threads", type=count, default=os.environ.get("OMP_NUM_THREADS") or "1",
        help="of the processor; default: %(default)s, as in a sweep, or OMP_NUM_THREADS",
    )  # fmt: skip
    verb.add_argument("--record", type=Path, metavar="FILE", help="write it there too, as JSON")
    verb.set_defaults(command=_run)


def _add_second(parser: argparse.ArgumentParser) -> None:
    """Let a person choose a second collective."""
    second = parser.add_argument_group("a second collective")
    second.add_argument(
        "--second-alpha", type=float, default=0.0, metavar="SHARE",
        help="of the texts; default: none",
    )  # fmt: skip
    second.add_argument("--second-target", metavar="LABEL", help="default: the first's")
    second.add_argument("--second-trigger", default="", help="default: the first's")
    second.add_argument(
        "--unknown-triggers", action="store_true",
        help="allow triggers that the tokenizer does not know",
    )  # fmt: skip


def count(text: str) -> int:
    """Return a number of things on the command line."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _run(options: argparse.Namespace) -> int:
    try:
        configuration = _configuration(options)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    if options.record is not None and not options.record.parent.is_dir():
        print(f"{options.record.parent} is not a folder: make it, or name another", file=sys.stderr)
        return 2
    import torch
    from tqdm import tqdm

    from collective_lab.experiment.running import run  # loads torch

    torch.set_num_threads(options.threads)
    print(f"experiment {configuration.id}: reading the texts …", flush=True)
    bar = tqdm(unit=" steps", leave=False, disable=None)
    try:
        record = run(configuration, lambda step, steps: _advance(bar, step, steps))
    except KeyboardInterrupt:
        print("stopped; nothing was written", file=sys.stderr)
        return INTERRUPTED
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    except (ArchiveError, DownloadError, FloatingPointError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        bar.close()
    print(summary(record))
    if options.record is not None:
        write_text(options.record, json.dumps(record.as_dict(), indent=1) + "\n")
        print(f"the record is in {options.record}")
    return 0


def _configuration(options: argparse.Namespace) -> Configuration:
    chosen = choosing.configuration(options, choosing.texts(options))
    target = options.second_target
    return chosen.but(
        alpha=options.alpha,
        seed=options.seed,
        second_alpha=options.second_alpha,
        second_target=OWN if target is None else position(target, chosen.corpus.labels),
        second_trigger=options.second_trigger,
        unknown_triggers=options.unknown_triggers,
    )


def summary(record: Record) -> str:
    """Return a record in a person's words."""
    configuration, out, made = record.configuration, record.outcome, record.provenance
    target = configuration.corpus.labels[configuration.target]
    return "\n".join(
        [
            f"{out.members:,} of {out.train:,} texts are the collective's "
            f"(α = {configuration.alpha:.4g}); "
            f"{out.planted:,} carry {configuration.marking.trigger!r} on purpose, "
            f"{out.carriers:,} others by accident",
            f"success    {out.success:7.1%}  of {out.test:,} test texts with the trigger are "
            f"read as {target}",
            f"  others   {out.success_others:7.1%}  of those who do not hold it",
            *_second(record),
            f"accuracy   {out.accuracy:7.1%}  without the trigger",
            *(f"{name:<10} {value:7.3f}  yours" for name, value in record.measures.items()),
            f"{made.seconds:.1f} s on {made.device} in {made.dtype}, at most "
            f"{made.peak_megabytes:,} MB, seed {configuration.seed}",
        ]
    )


def _second(record: Record) -> list[str]:
    configuration, out = record.configuration, record.outcome
    if out.second_success is None:
        return []
    target = configuration.corpus.labels[configuration.second_target]
    return [
        f"second     {out.second_success:7.1%}  of them, with {configuration.second_trigger!r} "
        f"instead, are read as {target}; {out.second_members:,} are its own"
    ]


def _advance(bar, step: int, steps: int) -> None:
    bar.total = steps
    bar.update(step - bar.n)
