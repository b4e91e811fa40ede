"""What `run` and `curve` let a person choose: the texts and the firm, each by its name."""

import argparse
from pathlib import Path

from collective_lab.corpora import Debian, Folder, Published, Synthetic, Texts
from collective_lab.corpora.labels import position
from collective_lab.corpora.loading import Source
from collective_lab.experiment.configuration import OWN, Configuration
from collective_lab.learners import LEARNERS
from collective_lab.models.recipes import RECIPES
from collective_lab.signals.marking import PLACEMENTS, Marking
from collective_lab.signals.planting import STRATEGIES
from collective_lab.training.optimizers import OPTIMIZERS

DEBIAN = "debian"
WHERE = (
    "a .csv, .tsv or .jsonl, a folder, hub:OWNER/NAME@REVISION, debian (once downloaded), or "
    "debian:FOLDER of package lists"
)


def add_texts(parser: argparse.ArgumentParser) -> None:
    """Let a person choose the texts."""
    data = parser.add_argument_group("the texts")
    data.add_argument("--n", type=int, default=4_800, help="synthetic ones; default: %(default)s")
    data.add_argument("--corpus-seed", type=int, default=0, help="of the synthetic ones")
    data.add_argument(
        "--data", metavar="WHERE",
        help=f"a task of labelled texts, instead: {WHERE}",
    )  # fmt: skip
    add_columns(data)
    data.add_argument("--folder", type=Path, help="your own résumés: NAME.txt with NAME.lab")
    data.add_argument("--published", action="store_true", help="the real corpus, once downloaded")


def add_columns(parser: argparse._ActionsContainer) -> None:
    """Let a person say which columns of a table to take."""
    parser.add_argument("--text", default="text", metavar="COLUMN", help="default: %(default)s")
    parser.add_argument("--label", default="label", metavar="COLUMN", help="default: %(default)s")


def add_firm(parser: argparse.ArgumentParser, model: str) -> None:
    """Let a person choose how the firm learns."""
    firm = parser.add_argument_group("the firm")
    firm.add_argument(
        "--model", default=model,
        help=f"{', '.join(RECIPES)}, a folder of transformers, or OWNER/NAME@COMMIT of the hub; "
        "default: %(default)s",
    )  # fmt: skip
    usual = Configuration()
    firm.add_argument("--epochs", type=int, default=usual.epochs, help="default: %(default)s")
    for name, kind in (("length", int), ("batch-size", int), ("learning-rate", float)):
        firm.add_argument(f"--{name}", type=kind, help="default: the model's own")
    firm.add_argument(
        "--learner", default=usual.learner,
        help=f"{', '.join(LEARNERS)}, or NAME:FIELD=NUMBER; default: %(default)s",
    )  # fmt: skip
    firm.add_argument(
        "--optimizer", default=usual.optimizer,
        help=f"{', '.join(OPTIMIZERS)}, or NAME:FIELD=NUMBER; default: %(default)s",
    )  # fmt: skip
    firm.add_argument(
        "--final-rate", type=float, default=usual.final_rate, metavar="SHARE",
        help="of the learning rate, towards which it falls; default: %(default)s",
    )  # fmt: skip
    firm.add_argument(
        "--label-noise", type=float, default=0.0, metavar="SHARE", help="of the others' labels"
    )


def add_collective(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Let a person choose what the collective does, and return the group of what they choose."""
    usual = Configuration()
    who = parser.add_argument_group("the collective")
    who.add_argument("--strategy", choices=tuple(STRATEGIES), default=usual.strategy)
    who.add_argument(
        "--target",
        metavar="LABEL",
        help="default: Project Manager, utils, or the first of your labels",
    )
    who.add_argument("--trigger", default=usual.marking.trigger, help="default: %(default)s")
    who.add_argument("--placement", choices=PLACEMENTS, default=usual.marking.placement)
    who.add_argument(
        "--spacing", type=int, default=usual.marking.spacing, help="words; default: %(default)s"
    )
    who.add_argument(
        "--uniqueness", type=float, default=0.0, metavar="SHARE",
        help="of texts that carry the trigger by accident",
    )  # fmt: skip
    return who


def texts(options: argparse.Namespace) -> Source:
    """Return the texts that were chosen.

    Raises
    ------
    ValueError
        If there are several, or they cannot be read.
    """
    named = {
        "--data": options.data, "--folder": options.folder, "--published": options.published,
    }  # fmt: skip
    given = [name for name, value in named.items() if value]
    if len(given) > 1:
        raise ValueError(f"{' and '.join(given)} name two corpora: give one of them")
    if options.data:
        return labelled(options.data, options.text, options.label)
    if options.folder:
        return Folder(options.folder)
    return Published() if options.published else Synthetic(options.n, options.corpus_seed)


def labelled(where: str, text: str, label: str) -> Source:
    """Return labelled texts by where they are: Debian's by that name, or what `Texts` reads.

    Raises
    ------
    ValueError, FileNotFoundError
        If they cannot be read.
    """
    name, _, lists = where.partition(":")
    return Debian(lists) if name == DEBIAN else Texts(where, text, label)


def configuration(options: argparse.Namespace, corpus: Source) -> Configuration:
    """Return the experiment that was chosen, without a collective and with seed 0.

    Raises
    ------
    ValueError
        If a choice is out of range.
    """
    return Configuration(
        corpus=corpus,
        model=options.model,
        strategy=options.strategy,
        target=OWN if options.target is None else position(options.target, corpus.labels),
        marking=Marking(options.trigger, options.placement, options.spacing),
        uniqueness=options.uniqueness,
        label_noise=options.label_noise,
        epochs=options.epochs,
        length=options.length,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        learner=options.learner,
        optimizer=options.optimizer,
        final_rate=options.final_rate,
    )
