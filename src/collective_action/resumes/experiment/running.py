"""Section 5: run one configuration, or several that can share their work."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import torch

from collective_action.resumes import models
from collective_action.resumes.experiment.configuration import Configuration
from collective_action.resumes.experiment.material import Material, material
from collective_action.resumes.experiment.memory import keep_freed
from collective_action.resumes.experiment.planted import Planted, plant
from collective_action.resumes.experiment.provenance import provenance
from collective_action.resumes.experiment.record import Outcome, Record
from collective_action.resumes.experiment.scoring import scores
from collective_action.resumes.models import bag
from collective_action.resumes.training import device, loop, targets

Progress = Callable[[int, int], None]


def run(configuration: Configuration, progress: Progress = lambda done, steps: None) -> Record:
    """Run one experiment and return its record.

    Parameters
    ----------
    configuration
        What to run.
    progress
        Called with the steps done and all steps, as they go; not for `bag`.

    Raises
    ------
    ValueError
        If the trigger is not one known token.
    FileNotFoundError
        If the corpus or published weights are not to be had.
    FloatingPointError
        If training diverges.
    """
    if configuration.model == "bag":
        [record] = run_together([configuration])
        return record
    keep_freed()
    start = time.perf_counter()
    shared = material(configuration.corpus, configuration.model)
    done = plant(configuration, shared)
    used = shared.used(shared.trigger_id(configuration.marking.trigger))
    length, train, test = configuration.length, shared.train, shared.test
    on = device.best_device()
    trained = loop.train(
        models.classifier(configuration.model, len(shared.tokenizer), configuration.seed),
        shared.rows(done.documents(train.documents), length, used),
        torch.from_numpy(targets.distribution(done.labels)),
        used,
        epochs=configuration.epochs,
        batch_size=configuration.batch_size,
        learning_rate=configuration.learning_rate,
        seed=configuration.seed,
        on=on,
        progress=progress,
    )
    both = trained.probabilities(shared.rows([*test.documents, *done.marked_test], length, used))
    clean, marked = both.split(len(test.labels))
    return Record(
        configuration,
        _outcome(configuration, shared, done, clean, marked, trained.steps),
        provenance(time.perf_counter() - start, on, device.fast_dtype(on)),
    )


def tasks(configurations: Iterable[Configuration]) -> list[tuple[Configuration, ...]]:
    """Return the configurations in groups that `run_together` takes, first come first.

    A transformer is alone. Bags of embeddings are together when they read the same résumés in the
    same order for as long, as many as `Recipe.together` says.
    """
    groups: dict[object, list[Configuration]] = defaultdict(list)
    for one in configurations:
        groups[one.id if one.model != "bag" else _shared(one)].append(one)
    return [
        tuple(group[first : first + models.RECIPES[group[0].model].together])
        for group in groups.values()
        for first in range(0, len(group), models.RECIPES[group[0].model].together)
    ]


def run_together(configurations: Sequence[Configuration]) -> list[Record]:
    """Run one of the groups that `tasks` makes, and return the records in order.

    A record is the same, up to rounding, whichever others are in the group.

    Raises
    ------
    ValueError
        If these configurations cannot be run together, or as `run`.
    """
    if len(configurations) == 1 and configurations[0].model != "bag":
        return [run(configurations[0])]
    first, *others = configurations
    if first.model != "bag" or any(_shared(one) != _shared(first) for one in others):
        raise ValueError("configurations differ in more than bags can share: split them by `tasks`")
    start = time.perf_counter()
    shared = material(first.corpus, first.model)
    done = [plant(one, shared) for one in configurations]
    train, test = shared.train, shared.test
    ids, starts = bag.counted([own.ids for own in train.documents])
    bags = bag.train(
        bag.Counts(ids, starts, _extra(len(train.labels), [own.marked for own in done], train)),
        torch.from_numpy(targets.distribution(train.labels)),
        _instead(train.labels, done),
        len(shared.tokenizer),
        shared.trigger_id(first.marking.trigger),
        epochs=first.epochs,
        batch_size=first.batch_size,
        learning_rate=first.learning_rate,
        seed=first.seed,
    )
    ids, starts = bag.counted([own.ids for own in test.documents])
    tested = [dict(enumerate(own.marked_test)) for own in done]
    triggers = _extra(len(test.labels), tested, test)
    clean = bags.probabilities(bag.Counts(ids, starts, torch.zeros_like(triggers)))
    marked = bags.probabilities(bag.Counts(ids, starts, triggers))
    steps = first.epochs * -(-len(train.labels) // first.batch_size)
    outcomes = [
        _outcome(one, shared, own, clean[:, i], marked[:, i], steps)
        for i, (one, own) in enumerate(zip(configurations, done, strict=True))
    ]
    made = provenance(
        (time.perf_counter() - start) / len(configurations), torch.device("cpu"), torch.float32
    )
    return [Record(one, own, made) for one, own in zip(configurations, outcomes, strict=True)]


def _shared(one: Configuration) -> tuple[object, ...]:
    """Return what bags that are trained together have in common."""
    rest = (one.epochs, one.length, one.batch_size, one.learning_rate, one.seed)
    return ("bag", one.corpus, one.marking.trigger, *rest)


def _extra(n: int, marked: Sequence[dict[int, object]], side) -> torch.Tensor:
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
