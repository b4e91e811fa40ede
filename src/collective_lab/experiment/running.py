"""Section 5: run one configuration, or several that can share their work."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import torch

from collective_lab import models
from collective_lab.experiment.configuration import Configuration
from collective_lab.experiment.material import Material, Side, material
from collective_lab.experiment.planted import Planted, plant
from collective_lab.experiment.provenance import provenance
from collective_lab.experiment.record import Outcome, Record
from collective_lab.experiment.scoring import scores
from collective_lab.models import bag
from collective_lab.signals.tokens import Tokens
from collective_lab.training import device, label_noise
from collective_lab.training.fast import loop

Progress = Callable[[int, int], None]


def run(configuration: Configuration, progress: Progress = lambda done, steps: None) -> Record:
    """Run one experiment and return its record.

    Parameters
    ----------
    configuration
        What to run.
    progress
        Called with the steps done and all steps, as they go.

    Raises
    ------
    ValueError
        If a side of the corpus is empty, all test résumés hold the target, or the trigger is not
        one known token.
    FileNotFoundError
        If the corpus or published weights are not to be had.
    FloatingPointError
        If training diverges.
    """
    [record] = run_together([configuration], progress)
    return record


def tasks(configurations: Iterable[Configuration]) -> list[tuple[Configuration, ...]]:
    """Return the configurations in groups that `run_together` takes, first come first.

    Runs of one model are together when they read the same résumés for as long, bags of embeddings
    in the same order, too; as many as `Recipe.together` says.
    """
    groups: dict[object, list[Configuration]] = defaultdict(list)
    for one in configurations:
        groups[_shared(one)].append(one)
    return [
        tuple(group[first : first + models.RECIPES[group[0].model].together])
        for group in groups.values()
        for first in range(0, len(group), models.RECIPES[group[0].model].together)
    ]


def run_together(
    configurations: Sequence[Configuration], progress: Progress = lambda done, steps: None
) -> list[Record]:
    """Run one of the groups that `tasks` makes, and return the records in order.

    A record is the same whichever others are in the group, up to rounding. Near the transition,
    hundreds of steps can make of that another outcome, as another seed does.

    Parameters
    ----------
    configurations
        What to run.
    progress
        Called with the steps done and all steps, as they go.

    Raises
    ------
    ValueError
        If these configurations cannot be run together, or as `run`.
    """
    first, *others = configurations
    if any(_shared(one) != _shared(first) for one in others):
        raise ValueError(
            "configurations differ in more than runs of one group can: split them by `tasks`"
        )
    start = time.perf_counter()
    shared = material(first.corpus, first.model)
    for one in configurations:
        _require_others(one, shared)
    done = [plant(one, shared) for one in configurations]
    if not models.RECIPES[first.model].accelerated:
        on, dtype = torch.device("cpu"), torch.float32
        outcomes = _bags(configurations, shared, done, progress)
    else:
        on = device.best_device()
        dtype = device.fast_dtype(on)
        outcomes = _transformers(configurations, shared, done, on, progress)
    made = provenance((time.perf_counter() - start) / len(configurations), on, dtype)
    return [Record(one, own, made) for one, own in zip(configurations, outcomes, strict=True)]


def _require_others(configuration: Configuration, shared: Material) -> None:
    if all(configuration.target in held for held in shared.test.labels):
        raise ValueError(
            f"target is {configuration.target}: all {len(shared.test.labels)} test résumés hold "
            "it, and success among the others cannot be measured. Take more résumés"
        )


def _transformers(
    configurations: Sequence[Configuration],
    shared: Material,
    done: Sequence[Planted],
    on: torch.device,
    progress: Progress,
) -> list[Outcome]:
    first = configurations[0]
    used = shared.used(shared.trigger_id(first.marking.trigger))
    length, train, test = first.length, shared.train, shared.test
    firms = loop.train_together(
        [models.classifier(one.model, len(shared.tokenizer), one.seed) for one in configurations],
        [shared.rows(own.documents(train.documents), length, used) for own in done],
        [torch.from_numpy(label_noise.distribution(own.labels)) for own in done],
        used,
        epochs=first.epochs,
        batch_size=first.batch_size,
        learning_rate=first.learning_rate,
        seeds=[one.seed for one in configurations],
        on=on,
        progress=progress,
    )
    outcomes = []
    for one, own, firm in zip(configurations, done, firms, strict=True):
        both = firm.probabilities(shared.rows([*test.documents, *own.marked_test], length, used))
        clean, marked = both.split(len(test.labels))
        outcomes.append(_outcome(one, shared, own, clean, marked, firm.steps))
    return outcomes


def _bags(
    configurations: Sequence[Configuration],
    shared: Material,
    done: Sequence[Planted],
    progress: Progress,
) -> list[Outcome]:
    first = configurations[0]
    train, test = shared.train, shared.test
    ids, starts = bag.counted([own.ids for own in train.documents])
    bags = bag.train(
        bag.Counts(ids, starts, _extra(len(train.labels), [own.marked for own in done], train)),
        torch.from_numpy(label_noise.distribution(train.labels)),
        _instead(train.labels, done),
        len(shared.tokenizer),
        shared.trigger_id(first.marking.trigger),
        epochs=first.epochs,
        batch_size=first.batch_size,
        learning_rate=first.learning_rate,
        seed=first.seed,
        progress=progress,
    )
    ids, starts = bag.counted([own.ids for own in test.documents])
    tested = [dict(enumerate(own.marked_test)) for own in done]
    triggers = _extra(len(test.labels), tested, test)
    clean = bags.probabilities(bag.Counts(ids, starts, torch.zeros_like(triggers)))
    marked = bags.probabilities(bag.Counts(ids, starts, triggers))
    steps = first.epochs * -(-len(train.labels) // first.batch_size)
    return [
        _outcome(one, shared, own, clean[:, i], marked[:, i], steps)
        for i, (one, own) in enumerate(zip(configurations, done, strict=True))
    ]


def _shared(one: Configuration) -> tuple[object, ...]:
    """Return what runs that are trained together have in common."""
    rest = (one.epochs, one.length, one.batch_size, one.learning_rate)
    order = (one.seed,) if one.model == "bag" else ()
    return (one.model, one.corpus, one.marking.trigger, *rest, *order)


def _extra(n: int, marked: Sequence[Mapping[int, Tokens]], side: Side) -> torch.Tensor:
    """Return how many triggers each résumé has in each run, shape (n, R)."""
    triggers = torch.zeros(n, len(marked), dtype=torch.int64)
    for run_, own in enumerate(marked):
        for row, document in own.items():
            triggers[row, run_] = len(document.ids) - len(side.documents[row].ids)
    return triggers


def _instead(labels, done: Sequence[Planted]) -> torch.Tensor:
    """Return the one label that replaces a résumé's own in each run, or −1, shape (n, R)."""
    instead = np.full((len(labels), len(done)), -1, dtype=np.int64)
    for run_, own in enumerate(done):
        for row, (before, after) in enumerate(zip(labels, own.labels, strict=True)):
            if after != before:
                [instead[row, run_]] = after
    return torch.from_numpy(instead)


def _outcome(
    configuration: Configuration,
    shared: Material,
    done: Planted,
    clean: torch.Tensor,
    marked: torch.Tensor,
    steps: int,
) -> Outcome:
    trigger = shared.trigger_id(configuration.marking.trigger)
    window = configuration.length - 2
    seen = [bool((own.ids[:window] == trigger).any()) for own in done.marked_test]
    return Outcome(
        **scores(clean, marked, shared.test.labels, configuration.target),
        members=done.members,
        planted=done.planted,
        carriers=done.carriers,
        train=len(shared.train.labels),
        test=len(shared.test.labels),
        visible=float(np.mean(seen)),
        steps=steps,
    )
