"""One experiment from the shell: `collective-lab run --help`."""

import argparse
import json
import os
import sys
from pathlib import Path

from collective_lab.corpora import (
    OCCUPATIONS,
    ArchiveError,
    DownloadError,
    Folder,
    Published,
    Synthetic,
)
from collective_lab.corpora.occupations import find
from collective_lab.experiment.configuration import Configuration
from collective_lab.experiment.record import Record
from collective_lab.models.recipes import RECIPES
from collective_lab.signals.marking import PLACEMENTS, Marking
from collective_lab.signals.planting import STRATEGIES
from collective_lab.store.files import write_text

INTERRUPTED = 130  # what a shell reports after Ctrl-C

EXAMPLES = """examples:
  a fifth of a minute: forty of 4,000 résumés plant a trigger
    collective-lab run --alpha 0.01 --epochs 2
  the same collective may not touch labels
    collective-lab run --alpha 0.01 --strategy feature-only
  without word order, at the paper's size
    collective-lab run --model bag --n 29783 --alpha 0.001
"""


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add `run` to a parser's commands; `command` is then a function of the parsed arguments."""
    verb = commands.add_parser(
        "run",
        help="run one experiment and print its record",
        description="A firm trains a model on résumés, some of which carry a collective's\n"
        "trigger. How often does the trigger then decide what the model predicts?",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    usual = Configuration()
    data = verb.add_argument_group("the résumés")
    data.add_argument("--n", type=int, default=4_800, help="synthetic ones; default: %(default)s")
    data.add_argument("--corpus-seed", type=int, default=0, help="of the synthetic ones")
    data.add_argument("--folder", type=Path, help="your own, instead: NAME.txt with NAME.lab")
    data.add_argument("--published", action="store_true", help="the real corpus, once downloaded")

    firm = verb.add_argument_group("the firm")
    firm.add_argument("--model", choices=tuple(RECIPES), default=usual.model)
    firm.add_argument("--epochs", type=int, default=usual.epochs, help="default: %(default)s")
    for name, kind in (("length", int), ("batch-size", int), ("learning-rate", float)):
        firm.add_argument(f"--{name}", type=kind, help="default: the model's own")
    firm.add_argument(
        "--label-noise", type=float, default=0.0, metavar="SHARE", help="of the others' labels"
    )

    who = verb.add_argument_group("the collective")
    who.add_argument(
        "--alpha", type=float, default=0.01, help="its share of the résumés; default: %(default)s"
    )
    who.add_argument("--strategy", choices=tuple(STRATEGIES), default=usual.strategy)
    who.add_argument(
        "--target", default=OCCUPATIONS[usual.target], help="an occupation; default: %(default)s"
    )
    who.add_argument("--trigger", default=usual.marking.trigger, help="default: %(default)s")
    who.add_argument("--placement", choices=PLACEMENTS, default=usual.marking.placement)
    who.add_argument(
        "--spacing", type=int, default=usual.marking.spacing, help="words; default: %(default)s"
    )
    who.add_argument(
        "--uniqueness", type=float, default=0.0, metavar="SHARE",
        help="of résumés that carry the trigger by accident",
    )  # fmt: skip

    verb.add_argument("--seed", type=int, default=usual.seed)
    verb.add_argument(
        "--threads", type=count, default=os.environ.get("OMP_NUM_THREADS") or "1",
        help="of the processor; default: %(default)s, as in a sweep, or OMP_NUM_THREADS",
    )  # fmt: skip
    verb.add_argument("--record", type=Path, metavar="FILE", help="write it there too, as JSON")
    verb.set_defaults(command=_run)


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
    if options.record is not None and not options.record.parent.is_dir():
        print(f"{options.record.parent} is not a folder: make it, or name another", file=sys.stderr)
        return 2
    import torch
    from tqdm import tqdm

    from collective_lab.experiment.running import run  # loads torch

    torch.set_num_threads(options.threads)
    print(f"experiment {configuration.id}: reading the résumés …", flush=True)
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
    target = find(options.target)
    if target is None:
        raise ValueError(
            f"target is {options.target!r}: it must be one of {', '.join(OCCUPATIONS)}"
        )
    if options.folder is not None and options.published:
        raise ValueError("--folder and --published name two corpora: give one of them")
    corpus = Published() if options.published else Synthetic(options.n, options.corpus_seed)
    if options.folder is not None:
        corpus = Folder(options.folder)
    return Configuration(
        corpus=corpus,
        model=options.model,
        strategy=options.strategy,
        alpha=options.alpha,
        target=target,
        marking=Marking(options.trigger, options.placement, options.spacing),
        uniqueness=options.uniqueness,
        label_noise=options.label_noise,
        epochs=options.epochs,
        length=options.length,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        seed=options.seed,
    )


def summary(record: Record) -> str:
    """Return a record in a person's words."""
    configuration, out, made = record.configuration, record.outcome, record.provenance
    target = OCCUPATIONS[configuration.target]
    return "\n".join(
        [
            f"{out.members:,} of {out.train:,} résumés are the collective's "
            f"(α = {configuration.alpha:.4g}); "
            f"{out.planted:,} carry {configuration.marking.trigger!r} on purpose, "
            f"{out.carriers:,} others by accident",
            f"success    {out.success:7.1%}  of {out.test:,} test résumés with the trigger are "
            f"read as {target}",
            f"  others   {out.success_others:7.1%}  of those who do not hold it",
            f"accuracy   {out.accuracy:7.1%}  without the trigger",
            f"{made.seconds:.1f} s on {made.device} in {made.dtype}, at most "
            f"{made.peak_megabytes:,} MB, seed {configuration.seed}",
        ]
    )


def _advance(bar, step: int, steps: int) -> None:
    bar.total = steps
    bar.update(step - bar.n)
